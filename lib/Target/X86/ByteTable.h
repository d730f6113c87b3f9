//===- ByteTable.h - vectors of codes through a table of 256 bytes ----------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_BYTETABLE_H
#define NIBBLE_LIB_TARGET_X86_BYTETABLE_H

#include "Facts.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

/// The elements of a table, in registers as far as there are enough. With AVX512-VBMI an instruction chooses among 128 bytes, and
/// two of them and the sign bit among all; otherwise sixteen shuffles choose among 16 each, and all but one give 0.
class ByteTable {
public:
  /// Loads the table, 256 bytes in a flat buffer, at the builder.
  ByteTable(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value flat, const CpuFacts &facts);

  /// Codes in one vector.
  int64_t getNumCodes() const { return numCodes; }
  /// A bound of the cycles that one vector takes.
  double getCyclesPerVector() const { return permutes ? 4 : 24; }

  /// The elements at the codes, which are numbers without sign.
  mlir::Value lookUp(mlir::Value codes);

private:
  mlir::Value splat(int64_t byte);
  mlir::Value call(llvm::StringRef intrinsic, mlir::ValueRange operands);
  mlir::Value permute(mlir::Value codes);
  mlir::Value shuffle(mlir::Value codes);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  int64_t numCodes;
  bool permutes;
  /// Four parts of 64 bytes, or sixteen of 16 bytes repeated in every 128 bits.
  llvm::SmallVector<mlir::Value> parts;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_BYTETABLE_H
