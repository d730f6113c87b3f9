/*===- Npy.c - numpy's .npy files ----------------------------------------------------------------------===*/

#include "nibble/Runtime/Npy.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char magic[6] = {(char)0x93, 'N', 'U', 'M', 'P', 'Y'};

enum {
  /* Magic, two bytes of version, and the length of the dictionary: two bytes in version 1, four in version 2. */
  PREAMBLE_SIZE_V1 = 10,
  PREAMBLE_SIZE_V2 = 12,
  /* Of a dictionary of three short entries; what is longer is not one. */
  MAX_DICTIONARY_SIZE = 65536,
  /* Elements begin at a multiple of this many bytes. */
  ELEMENT_ALIGNMENT = 64
};

/* Type strings, the first one of a dtype as it is written. */
static const struct {
  const char *descr;
  int32_t dtype;
} descrs[] = {
    {"<f4", NIBBLE_F32}, {"<f8", NIBBLE_F64}, {"<f2", NIBBLE_F16}, {"|V2", NIBBLE_BF16}, {"|i1", NIBBLE_I8},
    {"|u1", NIBBLE_U8},  {"<i2", NIBBLE_I16}, {"<u2", NIBBLE_U16}, {"<i4", NIBBLE_I32},  {"<u4", NIBBLE_U32},
    {"<i8", NIBBLE_I64}, {"<u8", NIBBLE_U64}, {"|b1", NIBBLE_BOOL}, {"<V2", NIBBLE_BF16}, {"<i1", NIBBLE_I8},
    {"<u1", NIBBLE_U8},  {"<b1", NIBBLE_BOOL},
};
enum { NUM_DESCRS = sizeof(descrs) / sizeof(descrs[0]) };

/* A place in the dictionary. */
struct cursor {
  const char *begin, *at, *end;
  int64_t offset; /* of `begin` in the file */
  struct nibble_error *error;
};

static int expected(const struct cursor *c, const char *what) {
  int length = (int)(c->end - c->at < 16 ? c->end - c->at : 16);
  if (length == 0)
    return nibble_fail(c->error, "offset %" PRId64 ": expected %s, got the end of the header", c->offset + (c->at - c->begin), what);
  return nibble_fail(c->error, "offset %" PRId64 ": expected %s, got '%.*s'", c->offset + (c->at - c->begin), what, length, c->at);
}

static void skip_spaces(struct cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\n'))
    ++c->at;
}

/* Takes `text` if it comes next. */
static int take(struct cursor *c, const char *text) {
  skip_spaces(c);
  size_t length = strlen(text);
  if ((size_t)(c->end - c->at) < length || memcmp(c->at, text, length) != 0)
    return 0;
  c->at += length;
  return 1;
}

/* 'text', without escapes. */
static int parse_string(struct cursor *c, const char **text, size_t *length) {
  skip_spaces(c);
  if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
    return expected(c, "a string");
  const char *close = memchr(c->at + 1, *c->at, (size_t)(c->end - c->at - 1));
  if (!close)
    return expected(c, "a closed string");
  *text = c->at + 1;
  *length = (size_t)(close - *text);
  c->at = close + 1;
  return 0;
}

static int parse_descr(struct cursor *c, struct nibble_array *array) {
  skip_spaces(c);
  struct cursor before = *c;
  const char *text;
  size_t length;
  if (parse_string(c, &text, &length))
    return -1;
  for (int i = 0; i < NUM_DESCRS; ++i) {
    if (length == strlen(descrs[i].descr) && memcmp(text, descrs[i].descr, length) == 0) {
      array->dtype = descrs[i].dtype;
      return 0;
    }
  }
  return expected(&before, "a little-endian number type");
}

static int parse_order(struct cursor *c) {
  if (take(c, "False"))
    return 0;
  if (take(c, "True"))
    return nibble_fail(c->error, "expected elements in C order, got Fortran order (save numpy.ascontiguousarray(array))");
  return expected(c, "True or False");
}

static int parse_dimension(struct cursor *c, int64_t *dimension) {
  if (c->at == c->end || *c->at < '0' || *c->at > '9')
    return expected(c, "a dimension");
  *dimension = 0;
  for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; ++c->at) {
    if (*dimension > (INT64_MAX - 9) / 10)
      return expected(c, "a dimension below 2^63");
    *dimension = *dimension * 10 + (*c->at - '0');
  }
  return 0;
}

static int parse_shape(struct cursor *c, struct nibble_array *array) {
  if (!take(c, "("))
    return expected(c, "'('");
  array->rank = 0;
  while (!take(c, ")")) {
    if (array->rank == NIBBLE_MAX_RANK)
      return expected(c, "at most 32 dimensions");
    if (parse_dimension(c, &array->shape[array->rank++]))
      return -1;
    if (take(c, ","))
      skip_spaces(c);
    else if (array->rank == 1 || c->at == c->end || *c->at != ')')
      return expected(c, "',' or ')'");
  }
  return 0;
}

/* {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), } in any order. */
static int parse_dictionary(struct cursor *c, struct nibble_array *array) {
  enum { DESCR = 1, ORDER = 2, SHAPE = 4 };
  int seen = 0;
  if (!take(c, "{"))
    return expected(c, "'{'");
  while (!take(c, "}")) {
    struct cursor key = *c;
    if (take(c, "'descr':")) {
      seen |= DESCR;
      if (parse_descr(c, array))
        return -1;
    } else if (take(c, "'fortran_order':")) {
      seen |= ORDER;
      if (parse_order(c))
        return -1;
    } else if (take(c, "'shape':")) {
      seen |= SHAPE;
      if (parse_shape(c, array))
        return -1;
    } else {
      skip_spaces(&key);
      return expected(&key, "'descr', 'fortran_order' or 'shape'");
    }
    if (!take(c, ",")) {
      if (!take(c, "}"))
        return expected(c, "',' or '}'");
      break;
    }
  }
  if (seen != (DESCR | ORDER | SHAPE))
    return expected(c, "all of 'descr', 'fortran_order' and 'shape' before the end");
  return 0;
}

int64_t nibble_npy_parse_header(const void *bytes, size_t size, struct nibble_array *array, struct nibble_error *error) {
  const unsigned char *b = bytes;
  if (size < PREAMBLE_SIZE_V1 || memcmp(b, magic, sizeof(magic)) != 0)
    return nibble_fail(error, "offset 0: expected a .npy file, which begins with \\x93NUMPY");
  int version = b[6];
  if (version != 1 && version != 2)
    return nibble_fail(error, "offset 6: expected format version 1 or 2, got %d", version);
  size_t preamble = version == 1 ? PREAMBLE_SIZE_V1 : PREAMBLE_SIZE_V2;
  uint32_t length = (uint32_t)b[8] | (uint32_t)b[9] << 8;
  if (version == 2 && size >= PREAMBLE_SIZE_V2)
    length |= (uint32_t)b[10] << 16 | (uint32_t)b[11] << 24;
  if (length > MAX_DICTIONARY_SIZE)
    return nibble_fail(error, "offset 8: expected a header of at most %d bytes, got %" PRIu32, MAX_DICTIONARY_SIZE, length);
  if (size < preamble + length)
    return nibble_fail(error, "offset 8: expected a header of %" PRIu32 " bytes, got %zu", length, size < preamble ? 0 : size - preamble);
  const char *begin = (const char *)b + preamble;
  struct cursor c = {begin, begin, begin + length, (int64_t)preamble, error};
  if (parse_dictionary(&c, array))
    return -1;
  if (nibble_array_size(array->dtype, array->rank, array->shape) < 0)
    return nibble_fail(error, "expected an array below 2^62 bytes");
  return (int64_t)(preamble + length);
}

static int read_open(FILE *file, struct nibble_array *array, struct nibble_error *error) {
  struct stat status;
  if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode))
    return nibble_fail(error, "expected a regular file");
  size_t header_size = PREAMBLE_SIZE_V2 + MAX_DICTIONARY_SIZE;
  char *header = malloc(header_size);
  if (!header)
    return nibble_fail(error, "out of memory");
  int64_t offset = nibble_npy_parse_header(header, fread(header, 1, header_size, file), array, error);
  free(header);
  if (offset < 0)
    return -1;
  int64_t size = nibble_array_size(array->dtype, array->rank, array->shape);
  if (status.st_size - offset != size)
    return nibble_fail(error, "expected %" PRId64 " bytes of elements, got %" PRId64, size, (int64_t)status.st_size - offset);
  array->data = nibble_allocate(size);
  if (!array->data)
    return nibble_fail(error, "out of memory (%" PRId64 " bytes)", size);
  if (fseeko(file, (off_t)offset, SEEK_SET) == 0 && fread(array->data, 1, (size_t)size, file) == (size_t)size)
    return 0;
  free(array->data);
  array->data = NULL;
  return nibble_fail(error, "cannot read the elements");
}

int nibble_npy_read(const char *path, struct nibble_array *array, struct nibble_error *error) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return nibble_fail(error, "%s: %s", path, strerror(errno));
  struct nibble_error inner = {""};
  int result = read_open(file, array, &inner);
  fclose(file);
  if (result)
    nibble_fail(error, "%s: %s", path, inner.message);
  return result;
}

/* The dictionary, padded so that the elements are aligned. Returns its length. */
static int format_dictionary(const struct nibble_array *array, char *buffer, size_t size) {
  int i = 0;
  while (descrs[i].dtype != array->dtype)
    ++i;
  int used = snprintf(buffer, size, "{'descr': '%s', 'fortran_order': False, 'shape': (", descrs[i].descr);
  for (int32_t axis = 0; axis < array->rank; ++axis)
    used += snprintf(buffer + used, size - (size_t)used, axis ? ", %" PRId64 : "%" PRId64, array->shape[axis]);
  used += snprintf(buffer + used, size - (size_t)used, array->rank == 1 ? ",), }" : "), }");
  while ((PREAMBLE_SIZE_V1 + used + 1) % ELEMENT_ALIGNMENT != 0)
    buffer[used++] = ' ';
  buffer[used++] = '\n';
  return used;
}

int nibble_npy_write(const char *path, const struct nibble_array *array, struct nibble_error *error) {
  FILE *file = fopen(path, "wb");
  if (!file)
    return nibble_fail(error, "%s: %s", path, strerror(errno));
  /* 32 dimensions of at most 19 digits and a separator, and the rest. */
  char dictionary[NIBBLE_MAX_RANK * 21 + 256];
  int length = format_dictionary(array, dictionary, sizeof(dictionary));
  size_t size = (size_t)nibble_array_size(array->dtype, array->rank, array->shape);
  const unsigned char preamble[4] = {1, 0, (unsigned char)(length & 255), (unsigned char)(length >> 8)};
  int written = fwrite(magic, 1, sizeof(magic), file) == sizeof(magic) && fwrite(preamble, 1, 4, file) == 4 &&
                fwrite(dictionary, 1, (size_t)length, file) == (size_t)length && fwrite(array->data, 1, size, file) == size;
  int reason = errno;
  if (fclose(file) != 0 && written) {
    written = 0;
    reason = errno;
  }
  if (!written)
    return nibble_fail(error, "%s: %s", path, strerror(reason));
  return 0;
}
