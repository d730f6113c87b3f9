//===- NibbleDialect.cpp - registration ------------------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble;

#include "nibble/Dialect/Nibble/IR/NibbleDialect.cpp.inc"
#include "nibble/Dialect/Nibble/IR/NibbleEnums.cpp.inc"
#include "nibble/Dialect/Nibble/IR/ContractionInterface.cpp.inc"
#define GET_OP_CLASSES
#include "nibble/Dialect/Nibble/IR/NibbleOps.cpp.inc"

void NibbleDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "nibble/Dialect/Nibble/IR/NibbleOps.cpp.inc"
      >();
}
