//===- ReportLayers.cpp - how far each stored value is from the float program -----------------------------------------------------===//

#include "ReportMeasures.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Driver/Session.h"
#include "nibble/Numerics/Statistics.h"
#include "nibble/Reference/Interpreter.h"
#include "nibble/Support/Progress.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace nibble;

/// Layers are measured on this many batches: the reference interpreter is slow.
constexpr int64_t maxLayerBatches = 4;

static std::string getValueName(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "";
}

/// The op whose result is stored in codes and read as `dequantize`; null for arguments, and for what was stored in other codes before.
static Operation *getStoredOp(DequantizeOp dequantize) {
  auto quantize = dequantize.getInput().getDefiningOp<QuantizeOp>();
  return quantize ? quantize.getInput().getDefiningOp() : nullptr;
}

/// The only element of a constant.
template <typename T> static std::optional<T> getScalar(Value value) {
  DenseElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)) || elements.getNumElements() != 1)
    return std::nullopt;
  return elements.getSplatValue<T>();
}

/// Spreads the counts of a histogram with fixed edges over equal parts of [min, max], a bin's count where its middle lies.
static void fillHistogram(const numerics::Statistics &statistics, LayerReport &layer) {
  double width = (layer.max - layer.min) / LayerReport::numBins;
  statistics.histogram().forEach([&](int32_t bin, uint64_t count) {
    using numerics::Histogram;
    double middle = (Histogram::lowEdge(bin) + Histogram::highEdge(bin)) / 2;
    double position = width > 0 ? (middle - layer.min) / width : 0;
    layer.histogram[std::min<size_t>(std::max(position, 0.0), LayerReport::numBins - 1)] += count;
  });
}

namespace {

/// The values of one name, over all batches.
struct Layer {
  LayerReport report;
  Noise noise;
  numerics::Statistics statistics;

  void add(DequantizeOp op, const reference::Tensor &exact, const reference::Tensor &approximate) {
    statistics.update(exact.getElements<float>().data(), exact.getNumElements());
    for (auto [x, y] : llvm::zip_equal(exact.getElements<float>(), approximate.getElements<float>()))
      noise.add(x, y);
    std::optional<float> scale = getScalar<float>(op.getScale());
    if (!scale || !op.getScheme().isInteger())
      return;
    int64_t zeroPoint = getScalar<APInt>(op.getZeroPoint()).value_or(APInt(32, 0)).getSExtValue();
    report.codeMin = (op.getScheme().getMinCode() - zeroPoint) * static_cast<double>(*scale);
    report.codeMax = (op.getScheme().getMaxCode() - zeroPoint) * static_cast<double>(*scale);
  }

  LayerReport finish(StringRef name) {
    report.name = name;
    report.sqnr = noise.getDecibel();
    if (statistics.count() > 0) {
      report.min = statistics.min();
      report.max = statistics.max();
      fillHistogram(statistics, report);
    }
    return report;
  }
};

class LayerComparison {
public:
  LayerComparison(ModuleOp floating, ModuleOp quantized) : floating(floating), quantized(quantized) {}

  llvm::Error add(const std::vector<data::Array> &inputs) {
    // All ops that a node became have its name; the last one makes its result.
    std::map<std::string, std::pair<OperationName, reference::Tensor>> exact;
    auto keepExact = [&](Operation *op, ArrayRef<reference::Tensor> results) {
      std::string name = getValueName(op);
      if (!name.empty() && results.size() == 1 && results.front().getElementType().isF32())
        exact.insert_or_assign(name, std::pair(op->getName(), results.front()));
    };
    if (llvm::Error error = evaluate(floating, inputs, keepExact))
      return error;
    llvm::MapVector<std::string, Stored, std::map<std::string, unsigned>> stored;
    auto keepStored = [&](Operation *op, ArrayRef<reference::Tensor> results) {
      auto dequantize = dyn_cast<DequantizeOp>(op);
      Operation *source = dequantize ? getStoredOp(dequantize) : nullptr;
      auto found = source ? exact.find(getValueName(source)) : exact.end();
      if (found == exact.end())
        return;
      const auto &[kind, tensor] = found->second;
      if (kind == source->getName() && tensor.getShape() == results.front().getShape())
        stored[found->first] = {dequantize, tensor, results.front()};
    };
    if (llvm::Error error = evaluate(quantized, inputs, keepStored))
      return error;
    for (auto &[name, value] : stored)
      layers[name].add(value.op, value.exact, value.approximate);
    return llvm::Error::success();
  }

  void finish(ReportData &report) {
    for (auto &[name, layer] : layers)
      report.layers.push_back(layer.finish(name));
  }

private:
  /// One value in both programs.
  struct Stored {
    DequantizeOp op;
    reference::Tensor exact, approximate;
  };

  static llvm::Error evaluate(ModuleOp module, const std::vector<data::Array> &inputs, reference::Observer observer) {
    auto main = module.lookupSymbol<func::FuncOp>("main");
    SmallVector<reference::Tensor> tensors;
    for (auto [type, input] : llvm::zip_equal(main.getArgumentTypes(), inputs)) {
      auto tensorType = cast<RankedTensorType>(type);
      if (ArrayRef<int64_t>(input.type.shape) != tensorType.getShape())
        return llvm::Error::success(); // a batch that is not full
      tensors.push_back(reference::Tensor::borrow(tensorType.getElementType(), tensorType.getShape(), input.bytes.data()));
    }
    if (failed(reference::evaluate(main, tensors, observer)))
      return Session::reported("the reference could not evaluate the model");
    return llvm::Error::success();
  }

  ModuleOp floating, quantized;
  llvm::MapVector<std::string, Layer, std::map<std::string, unsigned>> layers;
};

} // namespace

llvm::Error nibble::compareLayers(ModuleOp floating, ModuleOp quantized, data::DataSet &data, ReportData &report) {
  LayerComparison comparison(floating, quantized);
  report.numLayerBatches = std::min(maxLayerBatches, data.getNumBatches());
  Progress progress("comparing layers", report.numLayerBatches);
  for (int64_t batch = 0; batch < report.numLayerBatches; ++batch) {
    llvm::Expected<std::vector<data::Array>> inputs = data.readBatch(batch);
    if (!inputs)
      return inputs.takeError();
    if (llvm::Error error = comparison.add(*inputs))
      return error;
    progress.update(batch + 1);
  }
  comparison.finish(report);
  return llvm::Error::success();
}
