//===- QuantizableModels.cpp - linalg contractions that have an integer form ------------------------===//

#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

namespace {

/// The dimension of the filter that becomes the output channel: one that the result has and the input lacks, or, when there
/// is none (depthwise), one that all three have; -1 when the filter is summed up entirely.
int64_t findChannelAxis(linalg::LinalgOp op) {
  AffineMap input = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap filter = op.getMatchingIndexingMap(op.getDpsInputOperand(1));
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  int64_t shared = -1;
  for (auto [axis, expr] : llvm::enumerate(filter.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || !result.isFunctionOfDim(dim.getPosition()))
      continue;
    if (!input.isFunctionOfDim(dim.getPosition()))
      return axis;
    if (shared < 0)
      shared = axis;
  }
  return shared;
}

/// Input and filter are the first two operands of every convolution and matrix product of linalg.
template <typename OpTy>
struct ContractionModel : public QuantizableOpInterface::ExternalModel<ContractionModel<OpTy>, OpTy> {
  SmallVector<QuantizableOperand> getQuantizableOperands(Operation *op) const {
    auto linalgOp = cast<linalg::LinalgOp>(op);
    OpOperand *input = linalgOp.getDpsInputOperand(0), *filter = linalgOp.getDpsInputOperand(1);
    // A filter that is computed at run time is an activation with one scale.
    if (!matchPattern(filter->get(), m_Constant()))
      return {{input, OperandRole::Activation}, {filter, OperandRole::Activation}};
    return {{input, OperandRole::Activation}, {filter, OperandRole::Weight, findChannelAxis(linalgOp)}};
  }

  int64_t getReductionSize(Operation *op) const {
    auto linalgOp = cast<linalg::LinalgOp>(op);
    int64_t size = 1;
    for (auto [iterator, extent] :
         llvm::zip_equal(linalgOp.getIteratorTypesArray(), linalgOp.getStaticLoopRanges()))
      if (iterator == utils::IteratorType::reduction)
        size *= extent;
    return size;
  }

  /// What has one was raised to nibble.conv and nibble.contract.
  bool hasIntegerForm(Operation *) const { return false; }
};

template <typename... Ops>
void attachTo(MLIRContext *context) {
  (Ops::template attachInterface<ContractionModel<Ops>>(*context), ...);
}

} // namespace

void nibble::registerQuantizableModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachTo<linalg::BatchMatmulOp, linalg::Conv2DNchwFchwOp, linalg::Conv2DNgchwFgchwOp, linalg::Conv2DNgchwGfchwOp,
             linalg::Conv2DNhwcFhwcOp, linalg::Conv2DNhwcHwcfOp, linalg::Conv2DNhwgcGfhwcOp, linalg::ContractOp,
             linalg::DepthwiseConv2DNchwChwOp, linalg::DepthwiseConv2DNhwcHwcOp, linalg::DepthwiseConv2DNhwcHwcmOp,
             linalg::MatmulOp, linalg::VecmatOp>(context);
  });
}
