/* Two models in one program, each run by two threads at once. Arguments: the file of an image (float32, without a header). */
#include "exact.h"
#include "glyphs.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 200 };

static float image[GLYPHS_IMAGE_ELEMENTS];

struct job {
  int (*run)(const float *image, float *logits, void *workspace);
  size_t workspace_size;
  float logits[GLYPHS_LOGITS_ELEMENTS];
  int failures;
};

/* The workspace is rounded up, as aligned_alloc wants it. */
static void *make_workspace(size_t size) {
  void *memory = NULL;
  return posix_memalign(&memory, 64, size + 64) == 0 ? memory : NULL;
}

static void *work(void *argument) {
  struct job *job = argument;
  void *workspace = make_workspace(job->workspace_size);
  float logits[GLYPHS_LOGITS_ELEMENTS];
  int i;
  for (i = 0; i < RUNS; ++i)
    job->failures += job->run(image, logits, workspace) != NIBBLE_OK || memcmp(logits, job->logits, sizeof(logits)) != 0;
  free(workspace);
  return NULL;
}

/* Once alone, then on two threads at the same time. Returns the number of runs that failed or differed. */
static int check(struct job job) {
  struct job jobs[2];
  pthread_t threads[2];
  int i;
  void *workspace = make_workspace(job.workspace_size);
  int failures = job.run(image, job.logits, workspace) != NIBBLE_OK;
  free(workspace);
  for (i = 0; i < 2; ++i) {
    jobs[i] = job;
    failures += pthread_create(&threads[i], NULL, work, &jobs[i]) != 0;
  }
  for (i = 0; i < 2; ++i) {
    pthread_join(threads[i], NULL);
    failures += jobs[i].failures;
  }
  return failures;
}

int main(int argc, char **argv) {
  struct job quantized = {glyphs_run, GLYPHS_WORKSPACE_SIZE, {0}, 0}, exact = {exact_run, EXACT_WORKSPACE_SIZE, {0}, 0};
  float logits[GLYPHS_LOGITS_ELEMENTS];
  char *workspace = make_workspace(GLYPHS_WORKSPACE_SIZE);
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file || fread(image, sizeof(image), 1, file) != 1)
    return 1;
  fclose(file);
  printf("run %d\n", glyphs_run(image, logits, workspace));
  printf("null input %d\n", glyphs_run(NULL, logits, workspace));
  printf("null output %d\n", glyphs_run(image, NULL, workspace));
  printf("null workspace %d\n", glyphs_run(image, logits, NULL));
  printf("misaligned workspace %d\n", glyphs_run(image, logits, workspace + 4));
  free(workspace);
  if (argc > 2)
    return 0;
  printf("failures %d %d\n", check(quantized), check(exact));
  return 0;
}
