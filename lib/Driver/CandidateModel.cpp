//===- CandidateModel.cpp - one model that is compiled with many recipes ---------------------------------------------------------===//

#include "CandidateModel.h"
#include "AssignedRecipe.h"
#include "ResolveTarget.h"
#include "nibble/Calibration/StatisticsConversion.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/Emit/ProgramInfo.h"

using namespace mlir;
using namespace nibble;
using assignment::floatCandidate;

/// Passes say of each program what they say of the next.
static LogicalResult dropRemark(Diagnostic &diagnostic) { return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark); }

static llvm::Error checkCandidate(StringRef name) {
  llvm::Expected<Recipe> recipe = Recipe::load(name);
  if (!recipe)
    return recipe.takeError();
  bool namesOthers = llvm::any_of(recipe->getRules(), [](const RecipeRule &rule) { return !rule.recipeName.empty(); });
  return namesOthers ? llvm::createStringError("'" + name + "' is no candidate: its rules name recipes") : llvm::Error::success();
}

llvm::Expected<std::unique_ptr<CandidateModel>> CandidateModel::load(const ModelOptions &model, StringRef recipe,
                                                                     ArrayRef<std::string> candidates,
                                                                     const PipelineOptions &target) {
  for (StringRef candidate : candidates)
    if (llvm::Error error = checkCandidate(candidate))
      return std::move(error);
  std::unique_ptr<CandidateModel> loaded(new CandidateModel(candidates, target));
  if (llvm::Error error = loaded->loadModule(model, recipe))
    return std::move(error);
  for (StringRef candidate : candidates)
    if (llvm::Error error = loaded->findForms(candidate))
      return std::move(error);
  return loaded;
}

llvm::Error CandidateModel::run(ModuleOp module, Phase first, Phase last, StringRef recipe) {
  ScopedDiagnosticHandler quiet(&session.getContext(), dropRemark);
  pipeline.recipe = recipe.str();
  return succeeded(runPhases(module, first, last, pipeline)) ? llvm::Error::success() : Session::reported("the model was not compiled");
}

llvm::Error CandidateModel::loadModule(const ModelOptions &model, StringRef recipe) {
  if (llvm::Error error = session.loadModelFor(recipe, model).moveInto(module))
    return error;
  if (llvm::Error error = session.checkIsImported())
    return error;
  // Floats are widened for all programs as soon as one of them rounds to codes.
  auto rounds = llvm::find_if(candidates, [](StringRef name) { return llvm::cantFail(Recipe::load(name)).storesActivations(); });
  StringRef widest = rounds == candidates.end() ? StringRef(floatCandidate) : StringRef(*rounds);
  if (llvm::Error error = run(*module, Phase::Import, Phase::Normalize, widest))
    return error;
  OwningOpRef<ModuleOp> floating = module->clone();
  if (llvm::Error error = run(*floating, Phase::Assign, Phase::Assign, floatCandidate))
    return error;
  layers = ModelLayers::get(*floating);
  return layers.layers.empty() ? llvm::createStringError("the model has no op that can be quantized") : llvm::Error::success();
}

std::string CandidateModel::getName() const { return (*module)->getAttrOfType<StringAttr>("nibble.model").str(); }

/// How an op with schemes reads its input.
static std::string getForm(DictionaryAttr schemes) {
  auto input = schemes.getAs<SchemeAttr>("input");
  if (!input)
    return "float";
  std::string text;
  llvm::raw_string_ostream(text) << input;
  StringRef inner = text;
  inner.consume_front("#nibble.scheme<");
  inner.consume_back(">");
  return inner.str();
}

llvm::Error CandidateModel::findForms(StringRef candidate) {
  OwningOpRef<ModuleOp> assigned = module->clone();
  if (llvm::Error error = run(*assigned, Phase::Assign, Phase::Assign, candidate))
    return error;
  llvm::StringMap<std::string> found;
  assigned->walk([&](QuantizableOpInterface op) {
    if (auto schemes = op->getAttrOfType<DictionaryAttr>("nibble.schemes"); schemes && !op->hasAttr("nibble.float"))
      found[getLayerName(op)] = getForm(schemes);
  });
  Forms &own = forms[candidate];
  for (const ModelLayer &layer : layers.layers) {
    auto form = found.find(layer.description.name);
    if (candidate == floatCandidate)
      own.push_back("float");
    else
      own.push_back(form == found.end() ? std::nullopt : std::optional(form->second));
  }
  return llvm::Error::success();
}

llvm::Expected<std::string> CandidateModel::getObservationRecipe() const {
  std::vector<AssignedLayer> rules;
  for (const ModelLayer &layer : layers.layers) {
    AssignedLayer rule{layer.description.name, floatCandidate.str(), ""};
    bool needsProducts = false;
    for (StringRef candidate : candidates) {
      llvm::Expected<Recipe> recipe = Recipe::load(candidate);
      if (!recipe)
        return recipe.takeError();
      RecipeDecision decision = recipe->decide(layer.description);
      bool isNeeded = recipe->needsCalibration() && !decision.isFloat;
      if (!isNeeded || needsProducts || (rule.candidate != floatCandidate && !decision.needsGramMatrix()))
        continue;
      rule.candidate = candidate;
      needsProducts = decision.needsGramMatrix();
    }
    rules.push_back(rule);
  }
  return formatRecipe(rules);
}

llvm::Error CandidateModel::calibrate(const QuantizeOptions &options) {
  QuantizeOptions observation = options;
  bool needsData = llvm::any_of(candidates, [](StringRef name) { return llvm::cantFail(Recipe::load(name)).needsCalibration(); });
  if (!needsData && options.saveCalibration.empty())
    return llvm::Error::success();
  if (options.calibrate.empty())
    return llvm::createStringError("candidates store activations as integers or round weights by their inputs, and have to see data: give "
                                   "some with --calibrate");
  llvm::Expected<std::string> text = getObservationRecipe();
  if (!text)
    return text.takeError();
  llvm::Expected<TemporaryFile> file = TemporaryFile::create("nibble-recipe", "yaml", *text);
  if (!file)
    return file.takeError();
  observation.recipe = file->getPath();
  if (llvm::Error error = nibble::calibrate(session, *module, observation).moveInto(calibration))
    return error;
  pipeline.statistics = {calibration.getFile()};
  return run(*module, Phase::Calibrate, Phase::Calibrate, observation.recipe);
}

llvm::Error CandidateModel::makeUpStatistics() {
  PassManager passes(&session.getContext());
  buildObservation(passes);
  if (failed(passes.run(*module)))
    return Session::reported("the model was not compiled");
  numerics::Statistics statistics;
  constexpr float madeUp[] = {-1, 0, 1};
  statistics.update(madeUp, std::size(madeUp));
  statistics.endBatch();
  StatisticsAttr attribute = calibration::convertToAttribute(&session.getContext(), statistics);
  module->walk([&](ObserveOp probe) { probe.setStatisticsAttr(attribute); });
  hasMadeUpStatistics = true;
  return llvm::Error::success();
}

/// Which weights there are makes no difference to a kernel, and there is no data that they could be rounded by.
static void dropRounding(ModuleOp module) {
  module.walk([](QuantizableOpInterface op) {
    auto schemes = op->getAttrOfType<DictionaryAttr>("nibble.schemes");
    if (!schemes)
      return;
    NamedAttrList kept(schemes);
    kept.erase("round_by");
    kept.erase("channel_scaling");
    op->setAttr("nibble.schemes", kept.getDictionary(op->getContext()));
  });
}

llvm::Expected<OwningOpRef<ModuleOp>> CandidateModel::lower(ArrayRef<std::string> choices, ArrayRef<std::string> exposed) {
  std::vector<AssignedLayer> rules;
  for (auto [layer, choice] : llvm::zip_equal(layers.layers, choices))
    rules.push_back({layer.description.name, choice, ""});
  llvm::Expected<TemporaryFile> recipe = TemporaryFile::create("nibble-recipe", "yaml", formatRecipe(rules));
  if (!recipe)
    return recipe.takeError();
  OwningOpRef<ModuleOp> lowered = module->clone();
  exposeLayers(*lowered, exposed);
  if (llvm::Error error = run(*lowered, Phase::Assign, Phase::Assign, recipe->getPath()))
    return std::move(error);
  if (hasMadeUpStatistics)
    dropRounding(*lowered);
  if (llvm::Error error = run(*lowered, Phase::Quantize, Phase::Lower, recipe->getPath()))
    return std::move(error);
  return lowered;
}

llvm::Expected<std::unique_ptr<Program>> CandidateModel::compile(ModuleOp lowered, JitOptions jit) {
  if (llvm::Error error = run(lowered, Phase::Target, Phase::Target, floatCandidate))
    return std::move(error);
  FailureOr<ProgramInfo> info = ProgramInfo::get(lowered);
  if (failed(info))
    return Session::reported("the model was not compiled");
  jit.machine = {pipeline.target->getDefaultTriple(), pipeline.cpu.llvmCpu, pipeline.cpu.llvmFeatures};
  return Program::compile(lowered, *info, jit);
}
