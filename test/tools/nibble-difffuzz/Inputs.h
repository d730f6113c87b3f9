//===- Inputs.h - numbers that a program is run on ----------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_INPUTS_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_INPUTS_H

#include "nibble/Data/Array.h"
#include "mlir/IR/BuiltinOps.h"

namespace nibble::difffuzz {

/// How many sets of inputs there are.
unsigned getNumInputSets();

/// Set number `index` for a module of one `@main`, always the same: what `nibble run` makes up; the least and the largest codes, signed
/// and unsigned; extremes of both signs; numbers that meet ties; numbers of all sizes, and where they are only quantized infinities and
/// NaN too. The last three kinds come several times.
llvm::Expected<std::vector<data::Array>> makeInputSet(mlir::ModuleOp module, unsigned index);

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_INPUTS_H
