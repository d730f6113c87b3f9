//===- Images.h - images as arrays ------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DATA_IMAGES_H
#define NIBBLE_DATA_IMAGES_H

#include "nibble/Data/Array.h"

namespace nibble::data {

/// The order of the channels that a model expects. Gray is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
enum class ImageChannels { RGB, BGR, Gray };

/// Where the channels lie: before or after height and width.
enum class ImageLayout { NCHW, NHWC };

/// How an image becomes the input of a model: element = (pixel - mean[c]) * scale[c] with pixels from 0 to 255, in float; channel c is
/// counted in the order of `channels`.
struct ImageOptions {
  int64_t height = 0, width = 0;
  ImageChannels channels = ImageChannels::RGB;
  ImageLayout layout = ImageLayout::NCHW;
  /// One number for each channel, or one for all.
  std::vector<float> mean = {0}, scale = {1};
  /// Whether the program itself computes the elements: the array holds the pixels as uint8.
  bool keepPixels = false;

  int64_t getNumChannels() const { return channels == ImageChannels::Gray ? 1 : 3; }
};

/// Pixels of three channels, R G B, row by row.
struct Image {
  int64_t height = 0, width = 0;
  std::vector<uint8_t> pixels;
};

/// Larger images are refused.
constexpr int64_t maxImagePixels = int64_t(1) << 26;

/// Decodes a .png, .jpg or .jpeg file by its content. Transparency is dropped, 16 bits become 8. Errors begin with the path.
llvm::Expected<Image> readImage(llvm::StringRef path);

/// Bilinear interpolation without smoothing, rounded to the nearest: sample (i + 0.5) * from / to - 0.5, clamped to the image (OpenCV's
/// INTER_LINEAR).
Image resize(const Image &image, int64_t height, int64_t width);

/// One image as an array of [1, C, H, W] or [1, H, W, C]: uint8 when `keepPixels`, else float32.
Array convertImage(const Image &image, const ImageOptions &options);

/// The type of what convertImage returns.
ArraySpec getImageSpec(const ImageOptions &options);

} // namespace nibble::data

#endif // NIBBLE_DATA_IMAGES_H
