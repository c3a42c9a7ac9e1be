// The Node-API module: `open(registerBytes)` gives the exports of a WebAssembly instance of the engine, its memory too.
#include <node_api.h>
#include <stdlib.h>
#include "engine.h"
#include "memory.h"
#include "processor.h"
#include "sources.h"

/** A linear memory, which stays as long as a function or a buffer of it does. */
typedef struct Region {
  void* memory;
  int holders;
} Region;

/** A function of an engine on a region. */
typedef struct Bound {
  Region* region;
  const Function* function;
} Bound;

static void drop(Region* region) {
  if (--region->holders > 0) return;
  memory_free(region->memory);
  free(region);
}

static void drop_buffer(napi_env env, void* data, void* region) {
  (void)env, (void)data;
  drop(region);
}

static void drop_bound(napi_env env, void* data, void* hint) {
  (void)env, (void)hint;
  drop(((Bound*)data)->region);
  free(data);
}

static napi_value fail(napi_env env, const char* message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, NULL, message);
  return NULL;
}

/** Numbers and booleans; what is missing is 0. */
static int read(napi_env env, napi_value value, uint32_t* to) {
  bool flag;
  if (napi_get_value_uint32(env, value, to) == napi_ok) return 1;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) return 0;
  *to = flag;
  return 1;
}

static napi_value call(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  uint32_t arguments[MOST_ARGUMENTS] = {0};
  size_t given = MOST_ARGUMENTS;
  void* data;
  if (napi_get_cb_info(env, info, &given, values, NULL, &data) != napi_ok) return NULL;
  const Bound* bound = data;
  const Function* function = bound->function;
  if (given > (size_t)function->arguments) given = (size_t)function->arguments;
  for (size_t i = 0; i < given; i++) {
    if (!read(env, values[i], &arguments[i])) return fail(env, "neural-tangents-native: an argument is no number.");
  }
  const uint32_t result = function->call(bound->region->memory, arguments);
  if (!function->returns) return NULL;
  napi_value out = NULL;
  napi_create_int32(env, (int32_t)result, &out);
  return out;
}

/** Makes `memory.buffer` the whole of the region's memory. Systems that forbid such buffers (Electron) refuse it. */
static int set_buffer(napi_env env, napi_value object, Region* region) {
  napi_value buffer;
  const size_t bytes = (size_t)memory_bytes(region->memory);
  region->holders++;
  if (napi_create_external_arraybuffer(env, region->memory, bytes, drop_buffer, region, &buffer) != napi_ok) {
    region->holders--;
    return 0;
  }
  return napi_set_named_property(env, object, "buffer", buffer) == napi_ok;
}

/** `memory.grow(pages)`: the pages that there were; the former buffer is detached. */
static napi_value grow(napi_env env, napi_callback_info info) {
  napi_value self, value, former, out;
  size_t given = 1;
  uint32_t pages = 0;
  void* data;
  if (napi_get_cb_info(env, info, &given, &value, &self, &data) != napi_ok) return NULL;
  if (given < 1 || !read(env, value, &pages)) return fail(env, "neural-tangents-native: grow wants a number.");
  Region* region = ((Bound*)data)->region;
  const uint64_t present = memory_bytes(region->memory);
  if (!memory_grow(region->memory, present + pages * PAGE_BYTES)) {
    napi_throw_range_error(env, NULL, "neural-tangents-native: the memory could not grow.");
    return NULL;
  }
  if (napi_get_named_property(env, self, "buffer", &former) == napi_ok) napi_detach_arraybuffer(env, former);
  if (!set_buffer(env, self, region)) return fail(env, "neural-tangents-native: no buffer for the memory.");
  napi_create_uint32(env, (uint32_t)(present / PAGE_BYTES), &out);
  return out;
}

/** Puts a function of the region into `object`; `function` NULL: `grow`. */
static int add(napi_env env, napi_value object, Region* region, const Function* function) {
  Bound* bound = malloc(sizeof *bound);
  if (!bound) return 0;
  bound->region = region;
  bound->function = function;
  const char* name = function ? function->name : "grow";
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function ? call : grow, bound, &value) != napi_ok ||
      napi_add_finalizer(env, value, bound, drop_bound, NULL, NULL) != napi_ok) {
    free(bound);
    return 0;
  }
  region->holders++;
  return napi_set_named_property(env, object, name, value) == napi_ok;
}

static const Engine* engine_of(uint32_t bytes) {
  for (int i = 0; i < engine_count; i++) {
    if ((uint32_t)engines[i]->register_bytes == bytes && runs(engines[i])) return engines[i];
  }
  return NULL;
}

static napi_value open(napi_env env, napi_callback_info info) {
  napi_value value, exports, memory;
  size_t given = 1;
  uint32_t bytes = 0;
  if (napi_get_cb_info(env, info, &given, &value, NULL, NULL) != napi_ok) return NULL;
  if (given < 1 || !read(env, value, &bytes)) return fail(env, "neural-tangents-native: open wants a number.");
  const Engine* engine = engine_of(bytes);
  if (!engine) return fail(env, "neural-tangents-native: this machine has no such registers.");
  Region* region = malloc(sizeof *region);
  if (!region) return fail(env, "neural-tangents-native: no memory.");
  region->holders = 1;
  region->memory = memory_new();
  if (!region->memory || !memory_grow(region->memory, 2 * PAGE_BYTES)) {
    if (region->memory) memory_free(region->memory);
    free(region);
    return fail(env, "neural-tangents-native: no address space.");
  }
  engine->start(region->memory);
  int ok = napi_create_object(env, &exports) == napi_ok && napi_create_object(env, &memory) == napi_ok &&
           add(env, memory, region, NULL) && set_buffer(env, memory, region) &&
           napi_set_named_property(env, exports, "memory", memory) == napi_ok;
  for (int i = 0; ok && i < engine->count; i++) ok = add(env, exports, region, &engine->functions[i]);
  drop(region);
  return ok ? exports : fail(env, "neural-tangents-native: memory of its own is not allowed here.");
}

/** Exports: `open`, `sources` (a digest of what the functions are made of), `registers` (bytes, the widest last). */
NAPI_MODULE_INIT() {
  napi_value value, registers;
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, open, NULL, &value);
  napi_set_named_property(env, exports, "open", value);
  napi_create_string_utf8(env, SOURCES, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, exports, "sources", value);
  napi_create_array(env, &registers);
  uint32_t found = 0;
  for (int i = 0; i < engine_count; i++) {
    if (!runs(engines[i])) continue;
    napi_create_int32(env, engines[i]->register_bytes, &value);
    napi_set_element(env, registers, found++, value);
  }
  napi_set_named_property(env, exports, "registers", registers);
  return exports;
}
