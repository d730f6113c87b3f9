//===- ProgramOps.cpp - verifier of nibble.launch --------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace nibble;

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  auto kernel = symbolTable.lookupNearestSymbolFrom<FunctionOpInterface>(*this, getKernelAttr());
  // (C1)
  if (!kernel)
    return emitOpError() << "(C1) no kernel " << getKernelAttr();
  ArrayRef<Type> arguments = kernel.getArgumentTypes();
  if (arguments.empty() || !arguments.front().isIndex() || !kernel.getResultTypes().empty() ||
      !llvm::equal(arguments.drop_front(), getOperandTypes()))
    return emitOpError() << "(C1) operands do not fit the signature of " << getKernelAttr();
  // (C2)
  if (getTiles() < 1)
    return emitOpError() << "(C2) expected at least one tile, got " << getTiles();
  return success();
}
