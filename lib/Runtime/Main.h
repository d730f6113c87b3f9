/*===- Main.h - the command line of an executable -----------------------------------------------------===*/

#ifndef NIBBLE_LIB_RUNTIME_MAIN_H
#define NIBBLE_LIB_RUNTIME_MAIN_H

#include "nibble/Runtime/Array.h"

enum nibble_exit { NIBBLE_EXIT_OK = 0, NIBBLE_EXIT_FAILED = 1, NIBBLE_EXIT_USAGE = 2 };

/* What the user asked for. Strings are those of argv. */
struct nibble_options {
  const char *program;
  const char **input_paths; /* one for each input, null where none was given */
  const char *output_folder;
  int threads;
  double bench_seconds;
  int bench, info, help;
};

/* The number of threads of a program that is not told otherwise. */
int nibble_default_threads(const struct nibble_info *info);

/* Fills `options`, whose input_paths has room for every input. Returns 0, or -1 with an error. */
int nibble_parse_options(const struct nibble_info *info, int argc, char **argv, struct nibble_options *options,
                         struct nibble_error *error);

void nibble_print_help(const struct nibble_info *info, const char *program);
void nibble_print_info(const struct nibble_info *info);

/* The main function of executables. */
int nibble_main(const struct nibble_info *info, int argc, char **argv);

#endif /* NIBBLE_LIB_RUNTIME_MAIN_H */
