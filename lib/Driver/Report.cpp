//===- Report.cpp - how good and how fast a quantized model is -------------------------------------------------------------------------===//

#include "nibble/Driver/Report.h"
#include "Arrays.h"
#include "Measure.h"
#include "ReportData.h"
#include "nibble/Data/Npz.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Driver/Calibrate.h"
#include "nibble/Reference/Interpreter.h"
#include "nibble/Support/Progress.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ToolOutputFile.h"
#include <cmath>

using namespace mlir;
using namespace nibble;

namespace {

/// Layers are measured on this many batches: the reference interpreter is slow.
constexpr int64_t maxLayerBatches = 4;

/// Energy of a signal and of its error.
struct Noise {
  double signal = 0, error = 0;

  void add(double exact, double approximate) {
    signal += exact * exact;
    error += (exact - approximate) * (exact - approximate);
  }
  double getDecibel() const {
    constexpr double none = 200; // no error at all
    return error > 0 && signal > 0 ? std::min(none, 10 * std::log10(signal / error)) : none;
  }
};

/// A program compiled in process, with the module that owns its weights.
struct Compiled {
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<Program> program;
  ProgramReport report;
};

llvm::Expected<Compiled> compileForReport(Session &session, ModuleOp model, const QuantizeOptions &quantize,
                                          const TargetOptions &target) {
  Compiled compiled;
  compiled.module = model.clone();
  llvm::Expected<ProgramInfo> info = lowerModel(session, *compiled.module, quantize, target);
  if (!info)
    return info.takeError();
  compiled.report.weightBytes = info->weights.size();
  compiled.report.workspaceBytes = info->workspaceSizeInBytes;
  llvm::Expected<std::unique_ptr<Program>> program = Program::compile(*compiled.module, *info);
  if (!program)
    return program.takeError();
  compiled.program = std::move(*program);
  llvm::Expected<double> seconds = measureProgram(*compiled.program, /*threads=*/1, /*seconds=*/0.5);
  if (!seconds)
    return seconds.takeError();
  compiled.report.seconds = *seconds;
  return compiled;
}

/// Index of the largest element of sample number `sample`.
int64_t argmax(const data::Array &array, int64_t sample) {
  llvm::ArrayRef<float> values = array.getElements<float>();
  int64_t size = values.size() / std::max<int64_t>(1, array.type.shape.empty() ? 1 : array.type.shape.front());
  llvm::ArrayRef<float> own = values.slice(sample * size, size);
  return std::max_element(own.begin(), own.end()) - own.begin();
}

/// Runs both programs over test data and compares.
class Evaluation {
public:
  Evaluation(Program &floating, Program &quantized, ReportData &report)
      : floating(floating), quantized(quantized), report(report) {}

  llvm::Error run(data::DataSet &dataSet, const std::optional<data::Array> &labels) {
    Progress progress("evaluating", dataSet.getNumBatches());
    for (int64_t batch = 0; batch < dataSet.getNumBatches(); ++batch) {
      llvm::Expected<std::vector<data::Array>> inputs = dataSet.readBatch(batch);
      if (!inputs)
        return inputs.takeError();
      llvm::Expected<std::vector<data::Array>> exact = runOnArrays(floating, *inputs, 1);
      if (!exact)
        return exact.takeError();
      llvm::Expected<std::vector<data::Array>> approximate = runOnArrays(quantized, *inputs, 1);
      if (!approximate)
        return approximate.takeError();
      if (llvm::Error error = compare(*exact, *approximate, labels))
        return error;
      progress.update(batch + 1);
    }
    finish(labels.has_value());
    return llvm::Error::success();
  }

private:
  llvm::Error compare(const std::vector<data::Array> &exact, const std::vector<data::Array> &approximate,
                      const std::optional<data::Array> &labels) {
    for (auto [a, b] : llvm::zip_equal(exact, approximate))
      if (a.type.dtype == NIBBLE_F32)
        for (auto [x, y] : llvm::zip_equal(a.getElements<float>(), b.getElements<float>()))
          noise.add(x, y);
    const data::Array &first = exact.front();
    if (first.type.dtype != NIBBLE_F32 || first.type.shape.empty())
      return llvm::Error::success();
    llvm::ArrayRef<int64_t> labelValues = labels ? labels->getElements<int64_t>() : llvm::ArrayRef<int64_t>();
    for (int64_t sample = 0; sample < first.type.shape.front(); ++sample, ++report.numSamples) {
      int64_t a = argmax(first, sample), b = argmax(approximate.front(), sample);
      numAgreeing += a == b;
      if (!labels)
        continue;
      if (report.numSamples >= static_cast<int64_t>(labelValues.size()))
        return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                       "there are " + llvm::Twine(labelValues.size()) +
                                           " labels, and more samples than that");
      numRightFloating += a == labelValues[report.numSamples];
      numRightQuantized += b == labelValues[report.numSamples];
    }
    return llvm::Error::success();
  }

  void finish(bool hasLabels) {
    report.outputSqnr = noise.getDecibel();
    if (report.numSamples == 0)
      return;
    double count = static_cast<double>(report.numSamples);
    report.agreement = numAgreeing / count;
    if (hasLabels) {
      report.floating.accuracy = numRightFloating / count;
      report.quantized.accuracy = numRightQuantized / count;
    }
  }

  Program &floating, &quantized;
  ReportData &report;
  Noise noise;
  int64_t numAgreeing = 0, numRightFloating = 0, numRightQuantized = 0;
};

std::string getValueName(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "";
}

/// Values of one program on the reference, by the name of their op: the last one of a name, which is the one that is stored.
using NamedTensors = llvm::MapVector<StringRef, reference::Tensor>;

/// Compares each value that is stored in codes with the float program, on the reference interpreter.
class LayerComparison {
public:
  LayerComparison(ModuleOp floating, ModuleOp quantized) : floating(floating), quantized(quantized) {}

  llvm::Error run(data::DataSet &dataSet, ReportData &report) {
    report.numLayerSamples = std::min(maxLayerBatches, dataSet.getNumBatches());
    Progress progress("comparing layers", report.numLayerSamples);
    for (int64_t batch = 0; batch < report.numLayerSamples; ++batch) {
      llvm::Expected<std::vector<data::Array>> inputs = dataSet.readBatch(batch);
      if (!inputs)
        return inputs.takeError();
      if (llvm::Error error = compare(*inputs))
        return error;
      progress.update(batch + 1);
    }
    for (auto &[name, layer] : layers) {
      layer.report.name = name;
      layer.report.sqnr = layer.noise.getDecibel();
      report.layers.push_back(layer.report);
    }
    return llvm::Error::success();
  }

private:
  struct Layer {
    LayerReport report;
    Noise noise;
  };

  llvm::Error compare(const std::vector<data::Array> &inputs) {
    std::map<std::string, reference::Tensor> exact;
    auto observeExact = [&](Operation *op, ArrayRef<reference::Tensor> results) {
      std::string name = getValueName(op);
      if (!name.empty() && results.size() == 1 && results.front().getElementType().isF32())
        exact[name] = results.front();
    };
    if (llvm::Error error = evaluateOnReference(floating, inputs, observeExact))
      return error;
    auto observeCodes = [&](Operation *op, ArrayRef<reference::Tensor> results) {
      auto dequantize = dyn_cast<DequantizeOp>(op);
      if (!dequantize || matchPattern(dequantize.getInput(), m_Constant()))
        return;
      auto found = exact.find(getValueName(op));
      if (found != exact.end() && found->second.getNumElements() == results.front().getNumElements())
        add(found->first, found->second, results.front());
    };
    return evaluateOnReference(quantized, inputs, observeCodes);
  }

  static llvm::Error evaluateOnReference(ModuleOp module, const std::vector<data::Array> &inputs,
                                         reference::Observer observer) {
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

  void add(const std::string &name, const reference::Tensor &exact, const reference::Tensor &approximate) {
    Layer &layer = layers[name];
    for (auto [x, y] : llvm::zip_equal(exact.getElements<float>(), approximate.getElements<float>())) {
      layer.noise.add(x, y);
      layer.report.min = std::min<double>(layer.report.min, x);
      layer.report.max = std::max<double>(layer.report.max, x);
    }
  }

  ModuleOp floating, quantized;
  llvm::MapVector<std::string, Layer, std::map<std::string, unsigned>> layers;
};

/// The array of labels, as 64-bit integers.
llvm::Expected<std::optional<data::Array>> readLabels(const ReportOptions &options, StringRef path) {
  if (options.labelKey.empty())
    return std::nullopt;
  llvm::Expected<data::Array> labels = data::readNpz(path, options.labelKey);
  if (!labels)
    return labels.takeError();
  llvm::Expected<data::Array> converted = data::convert(std::move(*labels), NIBBLE_I64);
  if (!converted)
    return converted.takeError();
  return std::move(*converted);
}

void gatherFloatOps(ModuleOp module, ReportData &report) {
  module.walk([&](Operation *op) {
    if (auto reason = op->getAttrOfType<StringAttr>("nibble.float"))
      report.floatOps.push_back(getValueName(op) + " (" + op->getName().stripDialect().str() + "): " + reason.str());
  });
}

llvm::Error writePage(StringRef path, const ReportData &report) {
  std::error_code code;
  llvm::ToolOutputFile file(path, code, llvm::sys::fs::OF_Text);
  if (code)
    return llvm::createStringError(code, "cannot write '" + path + "': " + code.message());
  file.os() << formatReportPage(report);
  file.keep();
  return llvm::Error::success();
}

} // namespace

llvm::Error nibble::reportModel(const ReportOptions &options) {
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> model = session.loadModel(options.model);
  if (!model)
    return model.takeError();
  ReportData report;
  report.model = (**model)->getAttrOfType<StringAttr>("nibble.model").str();
  report.recipe = options.quantize.recipe;
  report.cpu = options.target.cpu;

  // Calibrate once; both the program and the comparison of layers take the statistics from there.
  OwningOpRef<ModuleOp> normalized((*model)->clone());
  PipelineOptions pipeline;
  pipeline.recipe = options.quantize.recipe;
  if (failed(runPhases(*normalized, Phase::Import, Phase::Normalize, pipeline)))
    return Session::reported("phase normalize failed");
  llvm::Expected<CalibrationResult> calibration = calibrate(session, *normalized, options.quantize, pipeline);
  if (!calibration)
    return calibration.takeError();
  QuantizeOptions quantize = options.quantize;
  quantize.calibrate = pipeline.statistics = calibration->getFiles();
  quantize.saveCalibration.clear();
  OwningOpRef<ModuleOp> codes(normalized->clone());
  if (failed(runPhases(*codes, Phase::Calibrate, Phase::Assign, pipeline)))
    return Session::reported("phase assign failed");
  gatherFloatOps(*codes, report);
  if (failed(runPhases(*codes, Phase::Quantize, Phase::Quantize, pipeline)))
    return Session::reported("phase quantize failed");

  QuantizeOptions floatOptions;
  floatOptions.recipe = "float32";
  llvm::Expected<Compiled> floating = compileForReport(session, **model, floatOptions, options.target);
  if (!floating)
    return floating.takeError();
  llvm::Expected<Compiled> quantized = compileForReport(session, **model, quantize, options.target);
  if (!quantized)
    return quantized.takeError();
  report.floating = floating->report;
  report.quantized = quantized->report;

  for (const std::string &path : options.data) {
    llvm::Expected<std::unique_ptr<data::DataSet>> dataSet =
        data::DataSet::open(path, getDataInputs(floating->program->getInfo()));
    if (!dataSet)
      return dataSet.takeError();
    llvm::Expected<std::optional<data::Array>> labels = readLabels(options, path);
    if (!labels)
      return labels.takeError();
    if (llvm::Error error = Evaluation(*floating->program, *quantized->program, report).run(**dataSet, *labels))
      return error;
    if (llvm::Error error = LayerComparison(*normalized, *codes).run(**dataSet, report))
      return error;
  }
  llvm::outs() << formatReport(report);
  return options.html.empty() ? llvm::Error::success() : writePage(options.html, report);
}
