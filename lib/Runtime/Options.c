/*===- Options.c - the command line of an executable ---------------------------------------------------===*/

#include "Main.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 1024, SHAPE_TEXT_SIZE = 256 };

/* The value of an option, given as `--name value` or `--name=value`; moves `i` past it. */
static const char *take_value(int argc, char **argv, int *i, const char *name, struct nibble_error *error) {
  size_t length = strlen(name);
  if (argv[*i][length] == '=')
    return argv[*i] + length + 1;
  if (*i + 1 < argc)
    return argv[++*i];
  nibble_fail(error, "%s: expected a value", name);
  return NULL;
}

static int is_option(const char *argument, const char *name) {
  size_t length = strlen(name);
  return strncmp(argument, name, length) == 0 && (argument[length] == 0 || argument[length] == '=');
}

static int find_input(const struct nibble_info *info, const char *name, size_t length) {
  for (int i = 0; i < info->num_inputs; ++i)
    if (strlen(info->inputs[i].name) == length && memcmp(info->inputs[i].name, name, length) == 0)
      return i;
  return -1;
}

/* NAME=FILE, or FILE when there is one input. A file name may contain '='. */
static int take_input(const struct nibble_info *info, const char *value, struct nibble_options *options, struct nibble_error *error) {
  int index = -1;
  for (const char *equals = strchr(value, '='); equals && index < 0; equals = strchr(equals + 1, '=')) {
    index = find_input(info, value, (size_t)(equals - value));
    if (index >= 0)
      value = equals + 1;
  }
  if (index < 0 && info->num_inputs != 1)
    return nibble_fail(error, "--input %s: expected NAME=FILE with the name of an input (see --info)", value);
  if (index < 0)
    index = 0;
  if (options->input_paths[index])
    return nibble_fail(error, "--input %s: input '%s' has been given already", value, info->inputs[index].name);
  options->input_paths[index] = value;
  return 0;
}

int nibble_default_threads(const struct nibble_info *info) { return info->max_threads > 0 ? info->max_threads : 1; }

/* The most that can be asked for. */
static int get_thread_limit(const struct nibble_info *info) { return info->max_threads > 0 ? info->max_threads : MAX_THREADS; }

static int take_threads(const struct nibble_info *info, const char *value, struct nibble_options *options, struct nibble_error *error) {
  char *end;
  long threads = strtol(value, &end, 10);
  if (*end || end == value || threads < 1 || threads > get_thread_limit(info))
    return nibble_fail(error, "--threads: expected a number from 1 to %d, got '%s'", get_thread_limit(info), value);
  options->threads = (int)threads;
  return 0;
}

static int take_seconds(const char *value, struct nibble_options *options, struct nibble_error *error) {
  char *end;
  options->bench_seconds = strtod(value, &end);
  if (*end || end == value || !(options->bench_seconds > 0 && options->bench_seconds <= 3600))
    return nibble_fail(error, "--seconds: expected a time of at most 3600 seconds, got '%s'", value);
  return 0;
}

static int take_option(const struct nibble_info *info, int argc, char **argv, int *i, struct nibble_options *options,
                       struct nibble_error *error) {
  const char *argument = argv[*i];
  const char *value = NULL;
  if (is_option(argument, "--input") && (value = take_value(argc, argv, i, "--input", error)))
    return take_input(info, value, options, error);
  if (is_option(argument, "--output-dir") && (value = take_value(argc, argv, i, "--output-dir", error)))
    return options->output_folder = value, 0;
  if (is_option(argument, "--threads") && (value = take_value(argc, argv, i, "--threads", error)))
    return take_threads(info, value, options, error);
  if (is_option(argument, "--seconds") && (value = take_value(argc, argv, i, "--seconds", error)))
    return take_seconds(value, options, error);
  if (strcmp(argument, "--bench") == 0)
    return options->bench = 1, 0;
  if (strcmp(argument, "--info") == 0)
    return options->info = 1, 0;
  if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
    return options->help = 1, 0;
  return nibble_fail(error, "unknown option '%s' (see --help)", argument);
}

static int check_complete(const struct nibble_info *info, const struct nibble_options *options, struct nibble_error *error) {
  if (options->bench || options->info || options->help)
    return 0;
  for (int i = 0; i < info->num_inputs; ++i)
    if (!options->input_paths[i])
      return nibble_fail(error, "expected --input %s=FILE.npy (see --help)", info->inputs[i].name);
  if (!options->output_folder)
    return nibble_fail(error, "expected --output-dir FOLDER (see --help)");
  return 0;
}

int nibble_parse_options(const struct nibble_info *info, int argc, char **argv, struct nibble_options *options,
                         struct nibble_error *error) {
  for (int i = 1; i < argc; ++i)
    if (take_option(info, argc, argv, &i, options, error))
      return -1;
  return check_complete(info, options, error);
}

void nibble_print_help(const struct nibble_info *info, const char *program) {
  const char *input = info->num_inputs ? info->inputs[0].name : "NAME";
  printf("%s runs the model '%s' on arrays in .npy files.\n\n"
         "  %s --input %s=x.npy --output-dir out/\n      writes one .npy file per output, named after it\n"
         "  %s --bench --threads 1\n      tells how long a run takes\n"
         "  %s --info\n      tells names, types and shapes of inputs and outputs\n\n",
         program, info->model, program, input, program, program);
  printf("options\n"
         "  --input [NAME=]FILE   the array for an input; the name may be left out if there is only one input\n"
         "  --output-dir FOLDER   where outputs are written, all or none\n"
         "  --threads N           number of threads, at most %d (default %d)\n"
         "  --bench               run for a while, on the inputs given or on zeros, and print the time of a run\n"
         "  --seconds S           how long --bench takes (default 1)\n"
         "  --info                describe the program\n"
         "  --help                this text\n\n",
         get_thread_limit(info), nibble_default_threads(info));
  printf("An input may have any length along its batch axis: the model then runs as often as needed. In Python:\n"
         "  numpy.save('x.npy', array)          numpy.load('out/NAME.npy')\n"
         "Exit codes: 0 done, 1 failed (files, memory, CPU), 2 wrong options.\n");
}

static void print_tensor(const char *kind, const struct nibble_tensor *tensor) {
  char shape[SHAPE_TEXT_SIZE];
  printf("%s %s: %s %s", kind, tensor->name, nibble_dtype_name(tensor->dtype),
         nibble_shape_text(tensor->rank, tensor->shape, shape, sizeof(shape)));
  if (tensor->batch_axis >= 0)
    printf(", batch axis %d", (int)tensor->batch_axis);
  if (tensor->quantized)
    printf(", scale %.9g, zero point %d", (double)tensor->scale, (int)tensor->zero_point);
  printf("\n");
}

void nibble_print_info(const struct nibble_info *info) {
  printf("model %s\n", info->model);
  for (int i = 0; i < info->num_inputs; ++i)
    print_tensor("input", &info->inputs[i]);
  for (int i = 0; i < info->num_outputs; ++i)
    print_tensor("output", &info->outputs[i]);
  printf("workspace %" PRId64 " bytes\n", info->workspace_size);
  printf("threads at most %d\n", get_thread_limit(info));
  printf("cpu features %s\n", info->cpu_features[0] ? info->cpu_features : "none");
}
