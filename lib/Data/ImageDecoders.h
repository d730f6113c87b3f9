//===- ImageDecoders.h - one image format, one file ----------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DATA_IMAGEDECODERS_H
#define NIBBLE_LIB_DATA_IMAGEDECODERS_H

#include "nibble/Data/Images.h"

namespace nibble::data {

/// Decodes the bytes of a file. Errors say what is wrong; the caller names the file.
llvm::Expected<Image> decodePng(llvm::StringRef bytes);
llvm::Expected<Image> decodeJpeg(llvm::StringRef bytes);

/// An empty image of this size; an error when it has no or too many pixels.
llvm::Expected<Image> createImage(int64_t height, int64_t width);

} // namespace nibble::data

#endif // NIBBLE_LIB_DATA_IMAGEDECODERS_H
