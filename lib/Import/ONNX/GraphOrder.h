//===- GraphOrder.h - in which order nodes are imported ----------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_GRAPHORDER_H
#define NIBBLE_LIB_IMPORT_ONNX_GRAPHORDER_H

#include "OnnxProto.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace nibble::onnx_import {

/// Calls `visit` for each name that a node reads: its inputs and what its subgraphs read from outside.
void forEachRead(const onnx::NodeProto &node, llvm::function_ref<void(llvm::StringRef)> visit);

/// The indices of the nodes that the outputs of `graph` need, each after what it reads, else in the order of the file.
/// Errors: a name that two nodes define, a cycle (with its nodes).
llvm::Expected<llvm::SmallVector<int>> orderNodes(const onnx::GraphProto &graph);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_GRAPHORDER_H
