/*===- Output.h - the folder of results ----------------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_OUTPUT_H
#define NIBBLE_RUNTIME_OUTPUT_H

#include "nibble/Runtime/Array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the file name of output `index`, without a folder: the output's name and ".npy". Characters that mean something to
   file systems and shells become '_'; when an earlier output has that name already, "_<index>" is added. */
void nibble_output_file_name(const struct nibble_info *info, int index, char *buffer, size_t size);

/* Writes every output to its file in `folder`, which is made if its parent exists: all of them or, with an error, none. */
int nibble_write_outputs(const struct nibble_info *info, const struct nibble_array *outputs, const char *folder,
                         struct nibble_error *error);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_OUTPUT_H */
