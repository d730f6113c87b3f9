/*===- Output.c - the folder of results ----------------------------------------------------------------===*/

#include "nibble/Runtime/Output.h"
#include "nibble/Runtime/Npy.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  /* Most file systems allow 255 bytes; a prefix and a suffix are still to come. */
  MAX_NAME_SIZE = 200,
  PATH_SIZE = 4096
};

static int is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The output's name with unsafe characters replaced. */
static void make_stem(const char *name, char *stem) {
  size_t length = 0;
  for (; name[length] && length < MAX_NAME_SIZE; ++length)
    stem[length] = is_safe(name[length]) ? name[length] : '_';
  if (length == 0)
    stem[length++] = '_';
  /* Neither hidden nor an option. */
  if (stem[0] == '.' || stem[0] == '-')
    stem[0] = '_';
  stem[length] = 0;
}

void nibble_output_file_name(const struct nibble_info *info, int index, char *buffer, size_t size) {
  char stem[MAX_NAME_SIZE + 1], other[MAX_NAME_SIZE + 1];
  make_stem(info->outputs[index].name, stem);
  int taken = 0;
  for (int i = 0; i < index && !taken; ++i) {
    make_stem(info->outputs[i].name, other);
    taken = strcmp(stem, other) == 0;
  }
  if (taken)
    snprintf(buffer, size, "%s_%d.npy", stem, index);
  else
    snprintf(buffer, size, "%s.npy", stem);
}

static int make_path(const struct nibble_info *info, int index, const char *folder, int temporary, char *path,
                     struct nibble_error *error) {
  char name[MAX_NAME_SIZE + 32];
  nibble_output_file_name(info, index, name, sizeof(name));
  int length = temporary ? snprintf(path, PATH_SIZE, "%s/.%s.%ld", folder, name, (long)getpid())
                         : snprintf(path, PATH_SIZE, "%s/%s", folder, name);
  return length < PATH_SIZE ? 0 : nibble_fail(error, "%s: the path is too long", folder);
}

static int write_temporary(const struct nibble_info *info, const struct nibble_array *outputs, int index, const char *folder,
                           struct nibble_error *error) {
  char path[PATH_SIZE];
  return make_path(info, index, folder, 1, path, error) || nibble_npy_write(path, &outputs[index], error) ? -1 : 0;
}

static int rename_temporary(const struct nibble_info *info, int index, const char *folder, struct nibble_error *error) {
  char from[PATH_SIZE], to[PATH_SIZE];
  if (make_path(info, index, folder, 1, from, error) || make_path(info, index, folder, 0, to, error))
    return -1;
  return rename(from, to) == 0 ? 0 : nibble_fail(error, "%s: %s", to, strerror(errno));
}

static void remove_temporaries(const struct nibble_info *info, const char *folder) {
  char path[PATH_SIZE];
  struct nibble_error ignored = {""};
  for (int i = 0; i < info->num_outputs; ++i)
    if (make_path(info, i, folder, 1, path, &ignored) == 0)
      unlink(path);
}

int nibble_write_outputs(const struct nibble_info *info, const struct nibble_array *outputs, const char *folder,
                         struct nibble_error *error) {
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return nibble_fail(error, "%s: %s", folder, strerror(errno));
  int result = 0;
  for (int i = 0; i < info->num_outputs && result == 0; ++i)
    result = write_temporary(info, outputs, i, folder, error);
  for (int i = 0; i < info->num_outputs && result == 0; ++i)
    result = rename_temporary(info, i, folder, error);
  if (result)
    remove_temporaries(info, folder);
  return result;
}
