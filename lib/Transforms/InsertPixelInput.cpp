//===- InsertPixelInput.cpp - let the program compute its input from pixels --------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace nibble {
#define GEN_PASS_DEF_INSERTPIXELINPUTPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

struct InsertPixelInputPass : public WithModels<nibble::impl::InsertPixelInputPassBase<InsertPixelInputPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    auto type = main.getNumArguments() == 1 ? dyn_cast<RankedTensorType>(main.getArgumentTypes()[0]) : RankedTensorType();
    if (!type || !type.getElementType().isF32() || channelAxis < 0 || channelAxis >= type.getRank()) {
      main.emitError() << "expected one float32 input with channels along axis " << channelAxis.getValue()
                       << ", to compute it from pixels, got " << main.getFunctionType();
      return signalPassFailure();
    }
    numChannels = type.getDimSize(channelAxis);
    if (failed(checkChannels(mean, "means")) || failed(checkChannels(scale, "scales")))
      return signalPassFailure();
    insert(main, type);
  }

private:
  LogicalResult checkChannels(ArrayRef<float> numbers, StringRef what) {
    if (numbers.size() <= 1 || static_cast<int64_t>(numbers.size()) == numChannels)
      return success();
    return getOperation().emitError() << "expected " << what << " for the " << numChannels << " channels of the input, got "
                                      << numbers.size();
  }

  void insert(func::FuncOp main, RankedTensorType type) {
    OpBuilder builder = OpBuilder::atBlockBegin(&main.getBody().front());
    BlockArgument pixels = main.getArgument(0);
    auto pixelType = RankedTensorType::get(type.getShape(), builder.getI8Type());
    pixels.setType(pixelType);
    main.setType(builder.getFunctionType({pixelType}, main.getResultTypes()));
    main.setArgAttr(0, "nibble.unsigned", builder.getUnitAttr());
    auto name = main.getArgAttrOfType<StringAttr>(0, "nibble.name");
    Location loc = name ? Location(NameLoc::get(name)) : main.getLoc();

    SmallVector<Value> inputs = {pixels};
    AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
    AffineMap channel = AffineMap::get(type.getRank(), 0, builder.getAffineDimExpr(channelAxis));
    SmallVector<AffineMap> maps = {identity};
    for (ArrayRef<float> numbers : {ArrayRef<float>(mean), ArrayRef<float>(scale)}) {
      auto perChannel = RankedTensorType::get({numChannels}, builder.getF32Type());
      if (!numbers.empty()) {
        inputs.push_back(arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(perChannel, numbers)));
        maps.push_back(channel);
      }
    }
    maps.push_back(identity);
    Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
    SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
    auto computed = linalg::GenericOp::create(builder, loc, type, inputs, init, maps, iterators,
                                              [&](OpBuilder &body, Location at, ValueRange values) { compute(body, at, values); });
    pixels.replaceAllUsesExcept(computed.getResult(0), computed);
  }

  /// (pixel - mean) * scale; what was not given is left out.
  void compute(OpBuilder &builder, Location loc, ValueRange values) {
    Value element = arith::UIToFPOp::create(builder, loc, builder.getF32Type(), values.front());
    size_t next = 1;
    if (!mean.empty())
      element = arith::SubFOp::create(builder, loc, element, values[next++]);
    if (!scale.empty())
      element = arith::MulFOp::create(builder, loc, element, values[next++]);
    linalg::YieldOp::create(builder, loc, element);
  }

  int64_t numChannels = 0;
};

} // namespace
