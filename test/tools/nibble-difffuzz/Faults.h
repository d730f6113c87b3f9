//===- Faults.h - what a wrong compiler could do ------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_FAULTS_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_FAULTS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"

namespace nibble::difffuzz {

/// A change of a program that its compiled code must be seen to have.
struct Fault {
  llvm::StringLiteral name;
  /// Changes one op; whether it is one that can be changed in this way.
  bool (*plant)(mlir::Operation *op);
};

llvm::ArrayRef<Fault> getFaults();

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_FAULTS_H
