//===- Images.cpp - images as arrays ------------------------------------------------------------------------------------===//

#include "nibble/Data/Images.h"
#include "ImageDecoders.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace nibble::data;

Expected<Image> nibble::data::createImage(int64_t height, int64_t width) {
  if (height < 1 || width < 1 || width > maxImagePixels / height)
    return createStringError("expected 1 to 2^26 pixels, got %lld x %lld", static_cast<long long>(width),
                             static_cast<long long>(height));
  return Image{height, width, std::vector<uint8_t>(height * width * 3)};
}

Expected<Image> nibble::data::readImage(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                                                        /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  Expected<Image> image = bytes.starts_with("\x89PNG")       ? decodePng(bytes)
                          : bytes.starts_with("\xff\xd8\xff") ? decodeJpeg(bytes)
                                                              : createStringError("neither PNG nor JPEG");
  if (!image)
    return createStringError(path + ": " + llvm::toString(image.takeError()));
  return image;
}

namespace {
/// Between which two samples a resized one lies, and how far from the first.
struct Tap {
  int64_t first, second;
  float weight;
};
} // namespace

static std::vector<Tap> getTaps(int64_t from, int64_t to) {
  std::vector<Tap> taps(to);
  for (int64_t i = 0; i < to; ++i) {
    double position = std::clamp((i + 0.5) * from / to - 0.5, 0.0, from - 1.0);
    int64_t first = static_cast<int64_t>(position);
    taps[i] = {first, std::min(first + 1, from - 1), static_cast<float>(position - first)};
  }
  return taps;
}

Image nibble::data::resize(const Image &image, int64_t height, int64_t width) {
  if (image.height == height && image.width == width)
    return image;
  Image result{height, width, std::vector<uint8_t>(height * width * 3)};
  std::vector<Tap> rows = getTaps(image.height, height), columns = getTaps(image.width, width);
  auto blend = [](float a, float b, float weight) { return a + (b - a) * weight; };
  uint8_t *pixel = result.pixels.data();
  for (const Tap &row : rows) {
    const uint8_t *top = &image.pixels[row.first * image.width * 3];
    const uint8_t *bottom = &image.pixels[row.second * image.width * 3];
    for (const Tap &column : columns)
      for (int channel = 0; channel < 3; ++channel) {
        int64_t left = column.first * 3 + channel, right = column.second * 3 + channel;
        float upper = blend(top[left], top[right], column.weight);
        float lower = blend(bottom[left], bottom[right], column.weight);
        *pixel++ = static_cast<uint8_t>(std::lround(blend(upper, lower, row.weight)));
      }
  }
  return result;
}

/// Channel `channel` of a pixel, in the order that the model expects.
static uint8_t getChannel(const uint8_t *pixel, int64_t channel, ImageChannels channels) {
  switch (channels) {
  case ImageChannels::RGB:
    return pixel[channel];
  case ImageChannels::BGR:
    return pixel[2 - channel];
  case ImageChannels::Gray:
    return (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000;
  }
  llvm_unreachable("unknown order of channels");
}

ArraySpec nibble::data::getImageSpec(const ImageOptions &options) {
  nibble_dtype dtype = options.keepPixels ? NIBBLE_U8 : NIBBLE_F32;
  if (options.layout == ImageLayout::NCHW)
    return {dtype, {1, options.getNumChannels(), options.height, options.width}};
  return {dtype, {1, options.height, options.width, options.getNumChannels()}};
}

Array nibble::data::convertImage(const Image &image, const ImageOptions &options) {
  Image resized = resize(image, options.height, options.width);
  int64_t numChannels = options.getNumChannels(), numPixels = options.height * options.width;
  Array array{getImageSpec(options), {}};
  array.bytes.resize(*getSizeInBytes(array.type));
  bool channelsFirst = options.layout == ImageLayout::NCHW;
  for (int64_t channel = 0; channel < numChannels; ++channel) {
    float mean = options.mean[options.mean.size() == 1 ? 0 : channel];
    float scale = options.scale[options.scale.size() == 1 ? 0 : channel];
    for (int64_t i = 0; i < numPixels; ++i) {
      int64_t index = channelsFirst ? channel * numPixels + i : i * numChannels + channel;
      uint8_t pixel = getChannel(&resized.pixels[i * 3], channel, options.channels);
      if (options.keepPixels)
        array.getElements<uint8_t>()[index] = pixel;
      else
        array.getElements<float>()[index] = (pixel - mean) * scale;
    }
  }
  return array;
}
