//===- CheckDialect.h - the nibble_check dialect --------------------------------------------------===//
//
// Contracts are in the .td files beside this one.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_H
#define NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#include "nibble/Dialect/Check/IR/CheckDialect.h.inc"
#define GET_OP_CLASSES
#include "nibble/Dialect/Check/IR/CheckOps.h.inc"

#endif // NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_H
