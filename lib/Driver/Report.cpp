//===- Report.cpp - how good and how fast a quantized model is -------------------------------------------------------------------------===//

#include "nibble/Driver/Report.h"
#include "AutoRecipe.h"
#include "Measure.h"
#include "ReportMeasures.h"
#include "nibble/Data/Npy.h"
#include "nibble/Data/Npz.h"
#include "nibble/Driver/Calibrate.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Support/OutputFiles.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace nibble;

/// The array of labels of one data set, as 64-bit integers: in the .npz file, or a .npy file in the folder.
static llvm::Expected<std::optional<data::Array>> readLabels(StringRef key, StringRef path) {
  if (key.empty())
    return std::nullopt;
  SmallString<128> file(path);
  llvm::sys::path::append(file, key + ".npy");
  llvm::Expected<data::Array> labels =
      llvm::sys::fs::is_directory(path) ? data::readNpy(file) : data::readNpz(path, key);
  if (!labels)
    return labels.takeError();
  llvm::Expected<data::Array> converted = data::convert(std::move(*labels), NIBBLE_I64);
  if (!converted)
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "labels '" + key + "': " + llvm::toString(converted.takeError()));
  return std::move(*converted);
}

/// Ops that the recipe or a missing integer form left float.
static void gatherFloatOps(ModuleOp module, ReportData &report) {
  module.walk([&](Operation *op) {
    auto reason = op->getAttrOfType<StringAttr>("nibble.float");
    if (!reason)
      return;
    auto name = op->getLoc()->findInstanceOf<NameLoc>();
    report.floatOps.push_back((name ? name.getName().str() + " " : "") + "(" + op->getName().stripDialect().str() +
                              "): " + reason.str());
  });
}

/// The copy of the model that is compiled, which owns the weights, and its program.
namespace {
struct MeasuredProgram {
  OwningOpRef<ModuleOp> module;
  CompiledModel compiled;
  ProgramReport report;
};
} // namespace

static llvm::Expected<MeasuredProgram> compileAndMeasure(Session &session, ModuleOp model, const QuantizeOptions &quantize,
                                                         const TargetOptions &target) {
  MeasuredProgram program;
  program.module = model.clone();
  if (llvm::Error error = compileInProcess(session, *program.module, quantize, target).moveInto(program.compiled))
    return std::move(error);
  program.report.weightBytes = program.compiled.weightBytes;
  program.report.workspaceBytes = program.compiled.program->getInfo().workspace_size;
  if (llvm::Error error = measureProgram(*program.compiled.program, /*threads=*/1, /*seconds=*/0.5).moveInto(program.report.seconds))
    return std::move(error);
  return program;
}

namespace {

/// One report in the making: the model as imported, after normalize and after quantize.
class Reporter {
public:
  explicit Reporter(const ReportOptions &options) : options(options), quantize(options.quantize) {}

  llvm::Expected<ReportData> run() {
    if (llvm::Error error = load())
      return std::move(error);
    if (llvm::Error error = quantizeModel())
      return std::move(error);
    if (llvm::Error error = measure())
      return std::move(error);
    return std::move(report);
  }

private:
  llvm::Error load() {
    llvm::Expected<OwningOpRef<ModuleOp>> loaded = session.loadModelFor(options.quantize.recipe, options.model);
    if (!loaded)
      return loaded.takeError();
    model = std::move(*loaded);
    bool isNative = options.target.cpu == "native";
    report.model = model.get()->getAttrOfType<StringAttr>("nibble.model").str();
    report.recipe = options.quantize.recipe;
    report.cpu = isNative ? llvm::sys::getHostCPUName().str() + " (native)" : options.target.cpu;
    return session.checkIsImported();
  }

  /// Calibrates once; program and comparison of layers both take the statistics from there.
  llvm::Error quantizeModel() {
    PipelineOptions pipeline;
    pipeline.recipe = quantize.recipe;
    normalized = model->clone();
    if (failed(runPhases(*normalized, Phase::Import, Phase::Normalize, pipeline)))
      return Session::reported("phase normalize failed");
    if (llvm::Error error = calibrate(session, *normalized, quantize).moveInto(calibration))
      return error;
    quantize.saveCalibration.clear();
    quantize.calibrate.clear();
    if (!calibration.getFile().empty())
      quantize.calibrate = pipeline.statistics = {calibration.getFile()};
    codes = normalized->clone();
    if (failed(runPhases(*codes, Phase::Calibrate, Phase::Quantize, pipeline)))
      return Session::reported("the model was not quantized");
    gatherFloatOps(*codes, report);
    return llvm::Error::success();
  }

  llvm::Error measure() {
    QuantizeOptions floatOptions;
    floatOptions.recipe = "float32";
    llvm::Expected<MeasuredProgram> floating = compileAndMeasure(session, *model, floatOptions, options.target);
    if (!floating)
      return floating.takeError();
    llvm::Expected<MeasuredProgram> quantized = compileAndMeasure(session, *model, quantize, options.target);
    if (!quantized)
      return quantized.takeError();
    report.floating = floating->report;
    report.quantized = quantized->report;
    llvm::Expected<std::vector<TestData>> data = openData(floating->compiled.program->getInfo());
    if (!data)
      return data.takeError();
    if (data->empty())
      return llvm::Error::success();
    if (llvm::Error error = evaluateOutputs(*floating->compiled.program, *quantized->compiled.program, *data, report))
      return error;
    return compareLayers(*normalized, *codes, *data->front().batches, report);
  }

  llvm::Expected<std::vector<TestData>> openData(const nibble_info &info) {
    std::vector<TestData> opened;
    llvm::Expected<Recipe> recipe = Recipe::load(quantize.recipe);
    if (!recipe)
      return recipe.takeError();
    for (const std::string &path : options.data) {
      TestData &data = opened.emplace_back();
      if (llvm::Error error = data::DataSet::open(path, getDataInputs(info), recipe->getImageOptions()).moveInto(data.batches))
        return std::move(error);
      if (llvm::Error error = readLabels(options.labelKey, path).moveInto(data.labels))
        return std::move(error);
    }
    return opened;
  }

  const ReportOptions &options;
  QuantizeOptions quantize;
  Session session;
  OwningOpRef<ModuleOp> model, normalized, codes;
  CalibrationResult calibration;
  ReportData report;
};

} // namespace

/// Reads the front that `options` name.
static llvm::Expected<assignment::Front> readFront(const ReportOptions &options) {
  if (options.front.empty())
    return assignment::Front();
  auto buffer = llvm::MemoryBuffer::getFile(options.front);
  if (!buffer)
    return llvm::createStringError(options.front + ": " + buffer.getError().message());
  return assignment::Front::parse((*buffer)->getBuffer(), options.front);
}

llvm::Error nibble::reportModel(const ReportOptions &given) {
  ReportOptions options = given;
  if (!options.html.empty())
    if (llvm::Error error = checkOutputPath(options.html))
      return error;
  if (!options.labelKey.empty() && options.data.empty())
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "--label-key names an array of the test data: expected --data as well");
  llvm::Expected<assignment::Front> front = readFront(options);
  if (!front)
    return front.takeError();
  llvm::Expected<DecidedOptions> decided = DecidedOptions::get(options.model, options.quantize, options.target);
  if (!decided)
    return decided.takeError();
  options.quantize = decided->getOptions();
  llvm::Expected<ReportData> report = Reporter(options).run();
  if (!report)
    return report.takeError();
  report->recipe = given.quantize.recipe;
  report->front = std::move(*front);
  llvm::outs() << formatReport(*report);
  if (!options.writesHtml)
    return llvm::Error::success();
  std::string path = options.html.empty() ? report->model + "-report.html" : options.html;
  if (llvm::Error error = writeFile(path, formatReportPage(*report)))
    return error;
  llvm::outs() << "\nwith plots: " << path << "\n";
  return llvm::Error::success();
}
