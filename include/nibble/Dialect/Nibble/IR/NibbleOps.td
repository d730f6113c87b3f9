//===- NibbleOps.td - all op families -------------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_NIBBLEOPS_TD
#define NIBBLE_DIALECT_NIBBLE_IR_NIBBLEOPS_TD

include "nibble/Dialect/Nibble/IR/ContractOps.td"
include "nibble/Dialect/Nibble/IR/ProgramOps.td"
include "nibble/Dialect/Nibble/IR/QuantizeOps.td"
include "nibble/Dialect/Nibble/IR/SchemeOps.td"

#endif // NIBBLE_DIALECT_NIBBLE_IR_NIBBLEOPS_TD
