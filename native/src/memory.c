#include "memory.h"
#include <stddef.h>

#ifdef _WIN32
#include <windows.h>
static void* reserve(uint64_t bytes) { return VirtualAlloc(NULL, bytes, MEM_RESERVE, PAGE_NOACCESS); }
static void release(void* at, uint64_t bytes) {
  (void)bytes;
  VirtualFree(at, 0, MEM_RELEASE);
}
static int commit(void* at, uint64_t bytes) { return VirtualAlloc(at, bytes, MEM_COMMIT, PAGE_READWRITE) != NULL; }
#else
#define _GNU_SOURCE
#include <sys/mman.h>
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif
static void* reserve(uint64_t bytes) {
  void* at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}
static void release(void* at, uint64_t bytes) { munmap(at, bytes); }
static int commit(void* at, uint64_t bytes) {
  if (mprotect(at, bytes, PROT_READ | PROT_WRITE) != 0) return 0;
#ifdef MADV_HUGEPAGE
  madvise(at, bytes, MADV_HUGEPAGE);
#endif
  return 1;
}
#endif

static uint64_t* header(void* memory) { return (uint64_t*)((uint8_t*)memory - PAGE_BYTES); }

void* memory_new(void) {
  uint8_t* at = reserve(PAGE_BYTES + REACH_BYTES);
  if (!at) return NULL;
  if (!commit(at, PAGE_BYTES)) {
    release(at, PAGE_BYTES + REACH_BYTES);
    return NULL;
  }
  return at + PAGE_BYTES;
}

void memory_free(void* memory) { release(header(memory), PAGE_BYTES + REACH_BYTES); }

int memory_grow(void* memory, uint64_t bytes) {
  uint64_t present = memory_bytes(memory);
  if (bytes <= present) return 1;
  if (bytes > MOST_BYTES || !commit((uint8_t*)memory + present, bytes - present)) return 0;
  *header(memory) = bytes;
  return 1;
}
