/*===- Batch.h - run a program over any number of samples ----------------------------------------------===*\
|*
|* A program is compiled for B samples: the length of its inputs and outputs along their batch axis. Over N samples it runs
|* ceil(N / B) times; the last run is padded with zeros, and what the padding gave is cut off.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_BATCH_H
#define NIBBLE_RUNTIME_BATCH_H

#include "nibble/Runtime/Array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where and with what threads a program runs. */
struct nibble_execution {
  void *workspace;
  nibble_parallel_for parallel_for;
  void *pool;
  int nthreads;
};

/* Checks `inputs` (in the order of info) against the program: dtype, rank and shape, but for the length along the batch axis,
   which must be the same for all inputs that have one. Sets dtype, rank and shape of `outputs` to those for as many samples.
   Returns 0, or -1 with an error that names the input. */
int nibble_batch_plan(const struct nibble_info *info, const struct nibble_array *inputs, struct nibble_array *outputs,
                      struct nibble_error *error);

/* Runs the program over the samples of planned arrays, with memory for the outputs in their `data`. Returns 0, or -1 with an
   error. */
int nibble_batch_run(const struct nibble_info *info, const struct nibble_array *inputs, const struct nibble_array *outputs,
                     const struct nibble_execution *execution, struct nibble_error *error);

/* The sentence for what a program returned, without a full stop. */
const char *nibble_status_text(int status);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_BATCH_H */
