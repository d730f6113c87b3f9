//===- Sensitivity.cpp - what each scheme of each layer loses ----------------------------------------------------------===//

#include "nibble/Driver/Sensitivity.h"
#include "CandidateModel.h"
#include "OutputLoss.h"
#include "ResolveTarget.h"
#include "nibble/Support/OutputFiles.h"
#include "nibble/Support/Progress.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA1.h"

using namespace mlir;
using namespace nibble;
using assignment::floatCandidate;
using assignment::Loss;
using assignment::LossFile;

std::vector<std::string> nibble::getDefaultCandidates() { return {"w8a8", "w4a8-g32", "w8a16", "w4a32-g32"}; }

namespace {

/// Batches of test data.
struct Samples {
  std::vector<std::vector<data::Array>> batches;
  int64_t count = 0;

  static int64_t getSize(ArrayRef<data::Array> batch) { return batch.front().type.shape.empty() ? 1 : batch.front().type.shape.front(); }
};

class Study {
public:
  explicit Study(const SensitivityOptions &options) : options(options) {}

  llvm::Error run() {
    if (llvm::Error error = load())
      return error;
    if (llvm::Error error = readSamples())
      return error;
    if (llvm::Error error = resume())
      return error;
    return measureAll();
  }

private:
  llvm::Error load() {
    PipelineOptions target;
    if (llvm::Error error = resolveHost(target))
      return error;
    std::vector<std::string> candidates = options.candidates.empty() ? getDefaultCandidates() : options.candidates;
    llvm::erase(candidates, floatCandidate);
    if (llvm::Error error =
            CandidateModel::load(options.model, options.quantize.recipe, candidates, target).moveInto(model))
      return error;
    return model->calibrate(options.quantize);
  }

  /// The float program, which hands out the results of all layers.
  llvm::Error compileFloat() {
    std::vector<std::string> names, choices;
    for (const ModelLayer &layer : model->getLayers().layers) {
      names.push_back(layer.description.name);
      choices.push_back(floatCandidate.str());
    }
    if (llvm::Error error = model->lower(choices, names).moveInto(floatModule))
      return error;
    return model->compile(*floatModule).moveInto(floating);
  }

  /// The arrays of `--data`, or those that it was calibrated on.
  llvm::Error readSamples() {
    std::vector<std::string> paths = options.data;
    if (paths.empty())
      llvm::copy_if(options.quantize.calibrate, std::back_inserter(paths),
                    [](StringRef path) { return llvm::sys::path::extension(path) != ".json"; });
    if (paths.empty())
      return llvm::createStringError("losses are measured on samples: give some with --data");
    if (llvm::Error error = compileFloat())
      return error;
    llvm::Expected<Recipe> recipe = Recipe::load(options.quantize.recipe);
    if (!recipe)
      return recipe.takeError();
    for (StringRef path : paths)
      if (llvm::Error error = readData(path, recipe->getImageOptions()))
        return error;
    return llvm::Error::success();
  }

  llvm::Error readData(StringRef path, const data::ImageOptions &images) {
    auto data = data::DataSet::open(path, getDataInputs(floating->getInfo()), images);
    if (!data)
      return data.takeError();
    for (int64_t number = 0; number < (*data)->getNumBatches(); ++number) {
      llvm::Expected<std::vector<data::Array>> batch = (*data)->readBatch(number);
      if (!batch)
        return batch.takeError();
      for (const data::Array &array : *batch)
        digest.update(ArrayRef(reinterpret_cast<const uint8_t *>(array.bytes.data()), array.bytes.size()));
      samples.count += Samples::getSize(*batch);
      samples.batches.push_back(std::move(*batch));
    }
    return llvm::Error::success();
  }

  /// Takes over what the file has, when it is of the same model and data.
  llvm::Error resume() {
    if (!model->getStatistics().empty()) {
      auto statistics = llvm::MemoryBuffer::getFile(model->getStatistics());
      if (!statistics)
        return llvm::createStringError(model->getStatistics() + ": " + statistics.getError().message());
      digest.update((*statistics)->getBuffer());
    }
    auto bytes = digest.final();
    std::string dataDigest = llvm::toHex(ArrayRef(bytes).take_front(8), /*LowerCase=*/true);
    file = {model->getName(), model->getLayers().digest, dataDigest, samples.count, {}};
    for (const ModelLayer &layer : model->getLayers().layers)
      file.layers.push_back({layer.description.name, layer.description.kind, layer.description.numWeights, {}});
    if (!llvm::sys::fs::exists(options.output))
      return llvm::Error::success();
    llvm::Expected<LossFile> begun = LossFile::load(options.output);
    if (!begun)
      return begun.takeError();
    bool hasSameLayers = llvm::equal(begun->layers, file.layers, [](const auto &a, const auto &b) { return a.name == b.name; });
    if (!hasSameLayers || begun->modelDigest != file.modelDigest || begun->dataDigest != file.dataDigest)
      return llvm::createStringError("'" + options.output +
                                     "' has losses of another model or of other data: remove it, or give another -o");
    file.layers = std::move(begun->layers);
    return llvm::Error::success();
  }

  /// All pairs of a layer and a candidate that it can have, without those that the file has.
  std::vector<std::pair<size_t, std::string>> getWork() const {
    std::vector<std::pair<size_t, std::string>> work;
    for (size_t layer = 0; layer < file.layers.size(); ++layer)
      for (const std::string &candidate : model->getCandidates())
        if (model->getForms(candidate)[layer] && !file.layers[layer].losses.count(candidate))
          work.push_back({layer, candidate});
    return work;
  }

  llvm::Error measureAll() {
    auto work = getWork();
    Progress progress("measuring losses", work.size());
    for (auto [number, pair] : llvm::enumerate(work)) {
      auto &[layer, candidate] = pair;
      progress.update(number, file.layers[layer].name + " as " + candidate);
      llvm::Expected<Loss> loss = measure(layer, candidate);
      if (!loss)
        return loss.takeError();
      file.layers[layer].losses[candidate] = *loss;
      if (llvm::Error error = file.save(options.output))
        return error;
    }
    return file.save(options.output);
  }

  llvm::Expected<Loss> measure(size_t layer, StringRef candidate) {
    std::vector<std::string> choices(file.layers.size(), floatCandidate.str());
    choices[layer] = candidate;
    llvm::Expected<OwningOpRef<ModuleOp>> module = model->lower(choices, file.layers[layer].name);
    if (!module)
      return module.takeError();
    llvm::Expected<std::unique_ptr<Program>> program = model->compile(**module);
    if (!program)
      return program.takeError();
    OutputLoss loss, ownLoss;
    for (ArrayRef<data::Array> batch : samples.batches)
      if (llvm::Error error = compare(**program, batch, layer, loss, ownLoss))
        return std::move(error);
    Loss measured = loss.get();
    measured.layerSqnr = ownLoss.get().sqnr;
    return measured;
  }

  /// Adds what the program loses in one batch: in its outputs, and in the result of the layer, which is the last of them.
  llvm::Error compare(Program &program, ArrayRef<data::Array> batch, size_t layer, OutputLoss &loss, OutputLoss &ownLoss) {
    llvm::Expected<std::vector<data::Array>> exact = runWide(*floating, batch);
    if (!exact)
      return exact.takeError();
    llvm::Expected<std::vector<data::Array>> approximate = runWide(program, batch);
    if (!approximate)
      return approximate.takeError();
    size_t numOutputs = approximate->size() - 1;
    int64_t numSamples = Samples::getSize(batch);
    loss.add(ArrayRef(*exact).take_front(numOutputs), ArrayRef(*approximate).take_front(numOutputs), numSamples);
    ownLoss.add((*exact)[numOutputs + layer], approximate->back(), numSamples);
    return llvm::Error::success();
  }

  const SensitivityOptions &options;
  std::unique_ptr<CandidateModel> model;
  OwningOpRef<ModuleOp> floatModule;
  std::unique_ptr<Program> floating;
  Samples samples;
  llvm::SHA1 digest;
  LossFile file;
};

} // namespace

llvm::Error nibble::measureSensitivity(const SensitivityOptions &options) {
  if (llvm::Error error = checkOutputPath(options.output))
    return error;
  return Study(options).run();
}
