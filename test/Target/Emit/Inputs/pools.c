/* Two libraries, each with a pool of its own. */
#include "copy.h"
#include "scale.h"
#include <stdio.h>

int main(void) {
  static _Alignas(64) char workspace[SCALE_WORKSPACE_SIZE];
  void *pool = scale_pool_create(2), *other = copy_pool_create(2);
  float x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y[8], total = 0;
  for (int run = 0; run < 1000; ++run) {
    if (scale_run_parallel(x, y, workspace, scale_pool_parallel_for, pool, 2) != NIBBLE_OK)
      return 1;
    total += y[7];
  }
  printf("total %g\n", total);
  scale_pool_destroy(pool);
  copy_pool_destroy(other);
  return 0;
}
