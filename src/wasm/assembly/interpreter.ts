// Runs the instructions that the planner (../plan.ts) laid out in memory, for one group of pairs.
import { attention, attentionAdjoint } from './attention';
import { dropout } from './dropout';
import { embed } from './embed';
import { filter, filterAdjoint } from './filter';
import { gram, gramAdjoint } from './gram';
import { addInto } from './lanes';
import { activationAdjoint, varianceFactors } from './nonlinearity';
import { mix } from './mix';
import { normalize, normalizeAdjoint, normalizeFactors, normalizeVariances } from './normalize';
import { permute } from './permute';
import { pool, poolAdjoint } from './pool';
import { product, productAdjoint } from './product';
import { transform, transformAdjoint } from './transform';
import { weigh } from './weigh';
import { weighSamples } from './weigh-samples';
import { word } from './words';

/** Opcodes; the planner's list (../opcodes.ts) is the same. */
const ZERO = 0;
const ADD = 1;
const ADD_BOX = 2;
const GRAM = 3;
const GRAM_ADJOINT = 4;
const FILTER = 5;
const FILTER_ADJOINT = 6;
const ACTIVATION_ADJOINT = 7;
const FACTORS = 8;
const POOL = 9;
const POOL_ADJOINT = 10;
const WEIGH = 11;
const PRODUCT = 12;
const PRODUCT_ADJOINT = 13;
const NORMALIZE = 14;
const NORMALIZE_ADJOINT = 15;
const NORMALIZE_FACTORS = 16;
const NORMALIZE_VARIANCES = 17;
const DROPOUT = 18;
const MIX = 19;
const PERMUTE = 20;
const TRANSFORM = 21;
const TRANSFORM_ADJOINT = 22;
const ATTENTION = 23;
const ATTENTION_ADJOINT = 24;
const EMBED = 25;
const WEIGH_SAMPLES = 26;

/** Words: to, from, extent[3], to's row sizes[1..2], from's row sizes[1..2]: to += from over a box of pixels. */
function addBox<T extends number>(pc: usize, width: usize): void {
  for (let z = 0; z < word(pc, 3); z++) {
    for (let y = 0; y < word(pc, 4); y++) {
      const to = <usize>word(pc, 1) + <usize>((z * word(pc, 6) + y) * word(pc, 7)) * width;
      const from = <usize>word(pc, 2) + <usize>((z * word(pc, 8) + y) * word(pc, 9)) * width;
      addInto<T>(to, from, <usize>word(pc, 5) * width);
    }
  }
}

/** Executes [pc, end); `width` is the size in bytes of a group's lanes. */
export function run<T extends number>(pc: usize, end: usize, width: usize): void {
  while (pc < end) {
    switch (word(pc, 0)) {
      case ZERO:
        memory.fill(<usize>word(pc, 1), 0, <usize>word(pc, 2));
        pc += 12;
        break;
      case ADD:
        addInto<T>(<usize>word(pc, 1), <usize>word(pc, 2), <usize>word(pc, 3));
        pc += 16;
        break;
      case ADD_BOX:
        addBox<T>(pc, width);
        pc += 40;
        break;
      case GRAM:
        gram<T>(pc, width);
        pc += 64;
        break;
      case GRAM_ADJOINT:
        gramAdjoint<T>(pc, width);
        pc += 64;
        break;
      case FILTER:
        filter<T>(pc, width);
        pc += 64;
        break;
      case FILTER_ADJOINT:
        filterAdjoint<T>(pc, width);
        pc += 64;
        break;
      case ACTIVATION_ADJOINT:
        activationAdjoint<T>(pc, width);
        pc += 52;
        break;
      case FACTORS:
        varianceFactors<T>(pc);
        pc += 20;
        break;
      case POOL:
        pool<T>(pc, width);
        pc += 88;
        break;
      case POOL_ADJOINT:
        poolAdjoint<T>(pc, width);
        pc += 88;
        break;
      case WEIGH:
        weigh<T>(pc, width);
        pc += 48;
        break;
      case PRODUCT:
        product<T>(pc);
        pc += 32;
        break;
      case PRODUCT_ADJOINT:
        productAdjoint<T>(pc);
        pc += 48;
        break;
      case NORMALIZE:
        normalize<T>(pc, width);
        pc += 52;
        break;
      case NORMALIZE_ADJOINT:
        normalizeAdjoint<T>(pc, width);
        pc += 68;
        break;
      case NORMALIZE_FACTORS:
        normalizeFactors<T>(pc, width);
        pc += 48;
        break;
      case NORMALIZE_VARIANCES:
        normalizeVariances<T>(pc, width);
        pc += 36;
        break;
      case DROPOUT:
        dropout<T>(pc, width);
        pc += 32;
        break;
      case MIX:
        mix<T>(pc, width);
        pc += (<usize>word(pc, 1)) << 2;
        break;
      case PERMUTE:
        permute<T>(pc, width);
        pc += 36;
        break;
      case TRANSFORM:
        transform<T>(pc, width);
        pc += (<usize>word(pc, 1)) << 2;
        break;
      case TRANSFORM_ADJOINT:
        transformAdjoint<T>(pc, width);
        pc += (<usize>word(pc, 1)) << 2;
        break;
      case ATTENTION:
        attention<T>(pc, width);
        pc += (<usize>word(pc, 1)) << 2;
        break;
      case ATTENTION_ADJOINT:
        attentionAdjoint<T>(pc, width);
        pc += (<usize>word(pc, 1)) << 2;
        break;
      case EMBED:
        embed<T>(pc, width);
        pc += 40;
        break;
      case WEIGH_SAMPLES:
        weighSamples<T>(pc, width);
        pc += 52;
        break;
      default:
        unreachable();
    }
  }
}
