/* Two models in one program: values, errors, the caller's own threads, the description. */
#include "copy.h"
#include "scale.h"
#include <stdalign.h>
#include <stdio.h>

static int hook_calls;

static void hook(void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count) {
  ++hook_calls;
  for (int64_t index = count; index-- > 0;)
    fn(ctx, index);
  (void)pool;
}

int main(void) {
  static alignas(64) char workspace[SCALE_WORKSPACE_SIZE + 1];
  float x[SCALE_X_ELEMENTS] = {1, 1, 1, 1, 2, 2, 2, 2}, y[SCALE_SCALED_Y_ELEMENTS];
  int8_t in[COPY_INT_2_ELEMENTS] = {7}, out[COPY_OUTPUT_123_ELEMENTS];
  const int64_t shape[SCALE_X_RANK] = SCALE_X_SHAPE;

  printf("run %d\n", scale_run(x, y, workspace));
  for (int i = 0; i < SCALE_SCALED_Y_ELEMENTS; ++i)
    printf("%g ", y[i]);
  printf("\nshape %d %d, %d bytes\n", (int)shape[0], (int)shape[1], SCALE_X_BYTES);
  printf("parallel %d\n", scale_run_parallel(x, y, workspace, hook, 0, 2));
  printf("one thread %d\n", scale_run_parallel(x, y, workspace, hook, 0, 1));
  printf("hook calls %d\n", hook_calls);

  printf("null input %d\n", scale_run(0, y, workspace));
  printf("null output %d\n", scale_run(x, 0, workspace));
  printf("null workspace %d\n", scale_run(x, y, 0));
  printf("misaligned %d\n", scale_run(x, y, workspace + 1));

  printf("copy %d", copy_run(in, out, 0));
  printf(" %d\n", out[0]);
  const void *inputs[] = {in};
  void *outputs[] = {out};
  in[0] = 9;
  printf("generic %d", copy_info.run(inputs, outputs, 0, 0, 0, 1));
  printf(" %d\n", out[0]);
  printf("generic null %d\n", copy_info.run(0, outputs, 0, 0, 0, 1));
  printf("%s: version %d, input %s, quantized %d, scale %g, zero point %d\n", copy_info.model, (int)copy_info.version,
         copy_info.inputs[0].name, (int)copy_info.inputs[0].quantized, copy_info.inputs[0].scale,
         (int)copy_info.inputs[0].zero_point);
  printf("%s: batch axis %d, workspace %d\n", scale_info.model, (int)scale_info.inputs[0].batch_axis,
         (int)scale_info.workspace_size);
  return 0;
}
