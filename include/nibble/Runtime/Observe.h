/*===- Observe.h - calibration of programs by running them -------------------------------------------===*\
|*
|* What nibble.observe becomes in a calibration program, and what any other pipeline calls to be calibrated by running its
|* own code. One collector a process, safe to call from several threads; batch ranges follow the order of the calls.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_OBSERVE_H
#define NIBBLE_RUNTIME_OBSERVE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes `count` elements into the statistics called `name` (UTF-8, ends with a zero byte). */
void nibble_observe_f32(const char *name, const float *data, int64_t count);

/* The same for elements whose last dimension has `channels` elements, which divides `count`; also sums up each channel, as the
   array `<name>/channel_sums` of the statistics file. Elements that are not finite are left out. */
void nibble_observe_channels_f32(const char *name, const float *data, int64_t count, int64_t channels);

/* The windows of a buffer [batch, height, width, channels] that a convolution multiplies with its filter, zeros where they reach
   beyond it. The rows of a matrix are those of shape {1, 1, rows, columns} with a kernel and strides of 1 and no padding. */
struct nibble_patches {
  int64_t shape[4];
  int64_t kernel[2], strides[2], dilations[2];
  int64_t padding[4]; /* top, bottom, left, right */
  int64_t groups;     /* divides the channels */
};

/* Adds the products of all pairs of elements of each patch to the array called `array` of the statistics file (docs/Spec.md, "Gram
   matrices"): what --nibble-encode-weights-gptq rounds weights by. Elements that are not finite count as zero. */
void nibble_observe_gram_f32(const char *array, const float *data, const struct nibble_patches *patches);

/* Sums up the magnitudes of each channel, as nibble_observe_channels_f32 sums up elements, in the array `<name>/channel_magnitudes`:
   what --nibble-scale-channels-awq scales channels by. */
void nibble_observe_magnitudes_f32(const char *name, const float *data, int64_t count, int64_t channels);

/* Ends the batch: ranges are kept for each batch, for the moving average. Without a call everything is one batch. */
void nibble_observe_batch_end(void);

/* Forgets everything. */
void nibble_observe_reset(void);

/* Ends the batch and writes the statistics file (docs/Spec.md, "Statistics file"). Returns 0, or an errno value; then no file
   is left at `path`. */
int nibble_observe_save(const char *path);

/* Ends the batch and hands the text of the statistics file to `sink`, once, with the given context. */
void nibble_observe_write(void (*sink)(void *context, const char *text, size_t size), void *context);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_OBSERVE_H */
