//===- Bufferization.cpp - how nibble ops turn from tensors to buffers -----------------------------===//

#include "nibble/InterfaceModels/Bufferization.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace nibble;

namespace {

template <typename ContractionOp>
struct ContractionModel
    : public DstBufferizableOpInterfaceExternalModel<ContractionModel<ContractionOp>, ContractionOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    Operation *onBuffers = cloneWithoutRegions(rewriter, op, /*newResultTypes=*/TypeRange(), operands);
    Region &epilogue = onBuffers->getRegion(0);
    rewriter.inlineRegionBefore(op->getRegion(0), epilogue, epilogue.end());
    replaceOpWithBufferizedValues(rewriter, op, cast<ContractionOp>(onBuffers).getInit());
    return success();
  }
};

struct ObserveModel : public BufferizableOpInterface::ExternalModel<ObserveModel, ObserveOp> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &, const AnalysisState &) const { return true; }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &, const AnalysisState &) const { return false; }
  AliasingValueList getAliasingValues(Operation *op, OpOperand &, const AnalysisState &) const {
    return {{op->getResult(0), BufferRelation::Equivalent}};
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto observe = cast<ObserveOp>(op);
    FailureOr<Value> buffer = getBuffer(rewriter, observe.getInput(), options, state);
    if (failed(buffer))
      return failure();
    // The C ABI takes contiguous elements; a slice of a halo or of a concatenation is copied first.
    Value contiguous = *buffer;
    auto type = cast<MemRefType>(buffer->getType());
    if (!type.getLayout().isIdentity()) {
      auto plain = MemRefType::get(type.getShape(), type.getElementType());
      FailureOr<Value> alloc = options.createAlloc(rewriter, op->getLoc(), plain, ValueRange());
      if (failed(alloc) || failed(options.createMemCpy(rewriter, op->getLoc(), *buffer, *alloc)))
        return failure();
      contiguous = *alloc;
    }
    ObserveOp::create(rewriter, op->getLoc(), contiguous, observe.getName(), observe.getPatchesAttr());
    replaceOpWithBufferizedValues(rewriter, op, *buffer);
    return success();
  }
};

} // namespace

void nibble::registerBufferizationModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NibbleDialect *) {
    ConvOp::attachInterface<ContractionModel<ConvOp>>(*context);
    ContractOp::attachInterface<ContractionModel<ContractOp>>(*context);
    ObserveOp::attachInterface<ObserveModel>(*context);
    context->loadDialect<BufferizationDialect, memref::MemRefDialect>();
  });
}
