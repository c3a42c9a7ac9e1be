import { engine } from '#tf';

/** Whether a backend of tfjs was imported, so that tensors can be made. */
export const hasBackend = (): boolean => engine().backendNames().length > 0;
