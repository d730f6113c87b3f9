//===- ProgramInfo.h - the outside of a compiled program ----------------------------------------------===//

#ifndef NIBBLE_TARGET_EMIT_PROGRAMINFO_H
#define NIBBLE_TARGET_EMIT_PROGRAMINFO_H

#include "nibble/Runtime/Program.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>
#include <vector>

namespace nibble {

/// Element (code) of a quantized input or output: it stands for `(code - zeroPoint) * scale`.
struct InterfaceQuantization {
  float scale;
  int32_t zeroPoint;
};

/// One input or output, as in `nibble_tensor`.
struct InterfaceTensor {
  /// As in the model file; any bytes but zero.
  std::string name;
  nibble_dtype dtype;
  llvm::SmallVector<int64_t> shape;
  std::optional<unsigned> batchAxis;
  std::optional<InterfaceQuantization> quantization;

  int64_t getNumElements() const;
  int64_t getSizeInBytes() const;
};

/// What a program needs from outside and what it says of itself. A struct of plain values but for the weights, which stay
/// where the module has them.
struct ProgramInfo {
  /// A C identifier: the prefix of all exported symbols.
  std::string model;
  std::vector<InterfaceTensor> inputs, outputs;
  int64_t workspaceSizeInBytes = 0;
  /// The weights argument of `@main`; belongs to the module.
  llvm::ArrayRef<char> weights;

  /// Reads the module of phase `lower` or `target` (docs/Architecture.md): `nibble.model`, `nibble.workspace_size`,
  /// `nibble.weights`, and of each argument of `@main` `nibble.role` ("input" or "output"), `nibble.name`,
  /// `nibble.batch_axis`, `nibble.unsigned`, `nibble.scale`, `nibble.zero_point`. Shape and element type are those of the argument's memref type;
  /// where it has become a pointer, those of its attribute `nibble.type` (a memref type). All errors are emitted as diagnostics.
  static mlir::FailureOr<ProgramInfo> get(mlir::ModuleOp module);
};

/// Bytes of one element.
int64_t getSizeInBytes(nibble_dtype dtype);

/// The dtype of builtin scalar types: f32, f64, f16, bf16, i1, and i8 to i64, which are unsigned when they say `ui` or `isUnsigned` is
/// set (the attribute `nibble.unsigned` of an argument or result of `@main`).
std::optional<nibble_dtype> getDtype(mlir::Type type, bool isUnsigned = false);

} // namespace nibble

#endif // NIBBLE_TARGET_EMIT_PROGRAMINFO_H
