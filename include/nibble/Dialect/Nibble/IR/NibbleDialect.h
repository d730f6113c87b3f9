//===- NibbleDialect.h - the nibble dialect: attributes and ops -----------------------------------===//
//
// Contracts are in the .td files beside this one; the meaning of the arithmetic is docs/Spec.md.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_H
#define NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_H

#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h.inc"
#include "nibble/Dialect/Nibble/IR/NibbleEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "nibble/Dialect/Nibble/IR/NibbleAttributes.h.inc"

#include "nibble/Dialect/Nibble/IR/ContractionInterface.h.inc"
#define GET_OP_CLASSES
#include "nibble/Dialect/Nibble/IR/NibbleOps.h.inc"

#endif // NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_H
