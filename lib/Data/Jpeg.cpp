//===- Jpeg.cpp - decodes JPEG images; the only user of libjpeg ---------------------------------------------------------------===//

#include "ImageDecoders.h"
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>

using namespace llvm;
using namespace nibble::data;

namespace {
/// What libjpeg's callbacks know. Errors leave by longjmp, over frames without destructors: every buffer lies here.
struct Decoder {
  jpeg_decompress_struct jpeg;
  jpeg_error_mgr errors;
  std::jmp_buf failed;
  char message[JMSG_LENGTH_MAX] = "";
  Image image;

  ~Decoder() { jpeg_destroy_decompress(&jpeg); }
};
} // namespace

static void onError(j_common_ptr jpeg) {
  auto *decoder = static_cast<Decoder *>(jpeg->client_data);
  jpeg->err->format_message(jpeg, decoder->message);
  std::longjmp(decoder->failed, 1);
}

/// Warnings are about data that is missing or damaged, which the library would replace by gray.
static void onMessage(j_common_ptr jpeg, int level) {
  if (level < 0)
    onError(jpeg);
}

static bool readHeader(Decoder &decoder, StringRef bytes) {
  if (setjmp(decoder.failed))
    return false;
  jpeg_create_decompress(&decoder.jpeg);
  jpeg_mem_src(&decoder.jpeg, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
  jpeg_read_header(&decoder.jpeg, TRUE);
  decoder.jpeg.out_color_space = JCS_RGB;
  jpeg_calc_output_dimensions(&decoder.jpeg);
  return true;
}

static bool readPixels(Decoder &decoder) {
  if (setjmp(decoder.failed))
    return false;
  jpeg_start_decompress(&decoder.jpeg);
  while (decoder.jpeg.output_scanline < decoder.jpeg.output_height) {
    JSAMPROW row = &decoder.image.pixels[int64_t(decoder.jpeg.output_scanline) * decoder.image.width * 3];
    jpeg_read_scanlines(&decoder.jpeg, &row, 1);
  }
  jpeg_finish_decompress(&decoder.jpeg);
  return true;
}

Expected<Image> nibble::data::decodeJpeg(StringRef bytes) {
  Decoder decoder = {};
  decoder.jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.errors.error_exit = onError;
  decoder.errors.emit_message = onMessage;
  decoder.jpeg.client_data = &decoder;
  if (!readHeader(decoder, bytes))
    return createStringError(decoder.message);
  if (Error error = createImage(decoder.jpeg.output_height, decoder.jpeg.output_width).moveInto(decoder.image))
    return std::move(error);
  if (!readPixels(decoder))
    return createStringError(decoder.message);
  return std::move(decoder.image);
}
