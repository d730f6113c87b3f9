//===- DeclaredDecode.h - the meaning that a nibble.scheme declares, on vectors ---------------------===//
//
// What `decode` computes from the code alone is computed when compiling, for all codes, and looked up. Only what depends on the parameters of
// a block is left for each element: of `exp(code * c) * scale` a product.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_DECLAREDDECODE_H
#define NIBBLE_LIB_TARGET_X86_DECLAREDDECODE_H

#include "ContractionShape.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

class DeclaredDecode {
public:
  /// For codes with a `decode`; its ops are elementwise.
  explicit DeclaredDecode(const FilterCodes &codes);

  /// Whether bits above the codes may be anything.
  bool ignoresHighBits() const { return !usesCode; }
  /// The numbers of codes as packed, from 0 on, with the parameters that `decode` takes behind the code.
  mlir::Value emit(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value words, mlir::ValueRange parameters);

private:
  /// The bits of a value for each code; f32, i32 or i1.
  struct Table {
    mlir::Type type;
    llvm::SmallVector<float> entries;
  };

  /// Fills in tables and what is left; false when a value has none of these types.
  bool tabulate(mlir::Block &decode);
  mlir::Value lookUp(mlir::OpBuilder &builder, mlir::Location loc, const Table &table, mlir::Value words);

  const FilterCodes &codes;
  llvm::SmallVector<Table> tables;
  /// Takes the code, the parameters, and a value for each table.
  mlir::Region rest;
  bool usesCode = true;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_DECLAREDDECODE_H
