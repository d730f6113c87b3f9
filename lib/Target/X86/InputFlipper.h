//===- InputFlipper.h - signed activations as the dot product wants them ----------------------------===//
//
// The dot product takes activations as unsigned bytes, so that those of signed ones have their sign bit flipped. Done at each
// broadcast, that is one operation for every pixel and step, next to a few products. A tile multiplies its pixels by a whole
// panel of filters: when the reduction is long, they are copied first, flipped, to the stack, 64 bytes at a time.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_INPUTFLIPPER_H
#define NIBBLE_LIB_TARGET_X86_INPUTFLIPPER_H

#include "KernelGrid.h"
#include "Tiling.h"

namespace nibble::x86 {

class InputFlipper {
public:
  /// Whether copying pays off: for signed codes whose pixels are single runs, and that fit the stack.
  static bool isUseful(const ContractionShape &shape, const RegisterTile &tile);

  /// A flipper for any number of tiles.
  InputFlipper(mlir::OpBuilder &builder, mlir::Operation *op, const ContractionShape &shape);

  /// Copies the pixels of the tile whose first is at `position`; returns the grid to read them by, from position 0 on.
  KernelGrid emit(const KernelGrid &grid, const RegisterTile &tile, mlir::Value position);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// Bytes of a pixel, and from pixel to pixel of the copy.
  int64_t pixelSize, pitch;
  mlir::Value buffer;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_INPUTFLIPPER_H
