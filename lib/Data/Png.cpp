//===- Png.cpp - decodes PNG images; the only user of libpng ----------------------------------------------------------------===//

#include "ImageDecoders.h"
#include <cstring>
#include <png.h>

using namespace llvm;
using namespace nibble::data;

namespace {
/// What libpng's callbacks know. libpng leaves by longjmp, over frames without destructors: every buffer lies here.
struct Decoder {
  StringRef rest;
  char message[128] = "";
  png_structp png = nullptr;
  png_infop info = nullptr;
  Image image;
  std::vector<uint8_t *> rows;

  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};
} // namespace

static void onError(png_structp png, png_const_charp message) {
  auto *decoder = static_cast<Decoder *>(png_get_error_ptr(png));
  std::strncpy(decoder->message, message, sizeof(decoder->message) - 1);
  png_longjmp(png, 1);
}

static void onWarning(png_structp, png_const_charp) {}

static void onRead(png_structp png, png_bytep data, size_t size) {
  auto *decoder = static_cast<Decoder *>(png_get_io_ptr(png));
  if (size > decoder->rest.size())
    png_error(png, "the file is truncated");
  std::memcpy(data, decoder->rest.data(), size);
  decoder->rest = decoder->rest.drop_front(size);
}

/// Reads the header and asks for 8 bits of R, G and B. Pixels are taken as they are: no gamma correction.
static bool readHeader(Decoder &decoder) {
  if (setjmp(png_jmpbuf(decoder.png)))
    return false;
  png_read_info(decoder.png, decoder.info);
  png_set_expand(decoder.png);
  png_set_scale_16(decoder.png);
  png_set_strip_alpha(decoder.png);
  png_set_gray_to_rgb(decoder.png);
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  return true;
}

static bool readPixels(Decoder &decoder) {
  if (setjmp(png_jmpbuf(decoder.png)))
    return false;
  png_read_image(decoder.png, decoder.rows.data());
  png_read_end(decoder.png, nullptr);
  return true;
}

Expected<Image> nibble::data::decodePng(StringRef bytes) {
  Decoder decoder;
  decoder.rest = bytes;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, onError, onWarning);
  decoder.info = decoder.png ? png_create_info_struct(decoder.png) : nullptr;
  if (!decoder.info)
    return createStringError("libpng cannot be initialized");
  png_set_read_fn(decoder.png, &decoder, onRead);
  png_set_user_limits(decoder.png, maxImagePixels, maxImagePixels);
  if (!readHeader(decoder))
    return createStringError(decoder.message);
  int64_t height = png_get_image_height(decoder.png, decoder.info), width = png_get_image_width(decoder.png, decoder.info);
  if (Error error = createImage(height, width).moveInto(decoder.image))
    return std::move(error);
  for (int64_t row = 0; row < height; ++row)
    decoder.rows.push_back(&decoder.image.pixels[row * width * 3]);
  if (!readPixels(decoder))
    return createStringError(decoder.message);
  return std::move(decoder.image);
}
