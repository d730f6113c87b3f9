//===- CheckDialect.cpp - registration ------------------------------------------------------------===//

#include "nibble/Dialect/Check/IR/CheckDialect.h"

using namespace mlir;
using namespace nibble;

#include "nibble/Dialect/Check/IR/CheckDialect.cpp.inc"
#define GET_OP_CLASSES
#include "nibble/Dialect/Check/IR/CheckOps.cpp.inc"

void CheckDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "nibble/Dialect/Check/IR/CheckOps.cpp.inc"
      >();
}
