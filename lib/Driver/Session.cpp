//===- Session.cpp ---------------------------------------------------------------------------------------------===//

#include "nibble/Driver/Session.h"
#include "ModelWeights.h"
#include "nibble/Driver/InitAll.h"
#include "nibble/Import/Importer.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace nibble;

/// `<location>: error: <message>`, notes behind it; remarks and unknown locations without noise.
static void printDiagnostic(Diagnostic &diagnostic) {
  llvm::raw_ostream &out = llvm::errs();
  auto printOne = [&](Diagnostic &part) {
    static constexpr llvm::StringLiteral severities[] = {"note", "warning", "error", "remark"};
    Location loc = part.getLocation();
    if (auto name = loc->findInstanceOf<NameLoc>())
      out << name.getName().getValue() << ": ";
    else if (auto file = loc->findInstanceOf<FileLineColLoc>())
      out << file.getFilename().getValue() << ":" << file.getLine() << ":" << file.getColumn() << ": ";
    out << severities[static_cast<unsigned>(part.getSeverity())] << ": " << part << "\n";
  };
  printOne(diagnostic);
  for (Diagnostic &note : diagnostic.getNotes())
    printOne(note);
}

Session::Session() {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  llvm::InitializeAllAsmParsers();
  DialectRegistry registry;
  registerEverything(registry);
  context = std::make_unique<MLIRContext>(registry);
  context->printOpOnDiagnostic(false);
  diagnostics = std::make_unique<ScopedDiagnosticHandler>(context.get(), [](Diagnostic &diagnostic) {
    printDiagnostic(diagnostic);
    return success();
  });
}

Session::~Session() = default;

llvm::Error Session::reported(const llvm::Twine &what) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), what);
}

std::string nibble::getProgramName(StringRef path) {
  std::string name;
  for (char c : llvm::sys::path::stem(path))
    name.push_back(llvm::isAlnum(c) ? c : '_');
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(0, "model_");
  return name;
}

static constexpr StringLiteral phaseAttrName = "nibble.phase";

void Session::setLastPhase(ModuleOp module, Phase phase) {
  for (const PhaseInfo &info : getPhases())
    if (info.phase == phase && phase != Phase::Import)
      module->setAttr(phaseAttrName, StringAttr::get(module.getContext(), info.name));
}

llvm::Error Session::readLastPhase(ModuleOp module) {
  auto name = dyn_cast_or_null<StringAttr>(module->removeAttr(phaseAttrName));
  if (!name)
    return llvm::Error::success();
  const PhaseInfo *phase = findPhase(name);
  if (!phase)
    return reported("expected the name of a phase in " + phaseAttrName + ", got '" + name.getValue() + "'");
  lastPhase = phase->phase;
  return llvm::Error::success();
}

llvm::Error Session::checkIsImported() const {
  if (!lastPhase)
    return llvm::Error::success();
  StringRef name = llvm::find_if(getPhases(), [&](const PhaseInfo &info) { return info.phase == *lastPhase; })->name;
  return reported("expected a model as imported, got the IR after phase " + name);
}

llvm::Error Session::addSchemes(ModuleOp module, StringRef path) {
  if (!llvm::sys::fs::exists(path))
    return llvm::createStringError("cannot read '" + path + "': no such file");
  OwningOpRef<ModuleOp> file = parseSourceFile<ModuleOp>(path, context.get());
  if (!file)
    return reported("'" + path + "' was not read");
  if (file->getOps<SchemeOp>().empty())
    return llvm::createStringError(path + ": expected a 'nibble.scheme', found none");
  for (SchemeOp scheme : llvm::make_early_inc_range(file->getOps<SchemeOp>())) {
    if (module.lookupSymbol(scheme.getSymName()))
      return llvm::createStringError(path + ": '@" + scheme.getSymName() + "' is declared already");
    scheme->moveBefore(module.getBody(), module.getBody()->begin());
  }
  return llvm::Error::success();
}

llvm::Expected<OwningOpRef<ModuleOp>> Session::readModel(const ModelOptions &options,
                                                        std::function<bool(StringRef)> keepsWeight) {
  if (!llvm::sys::fs::exists(options.path))
    return llvm::createStringError(std::make_error_code(std::errc::no_such_file_or_directory),
                                   "cannot read '" + options.path + "': no such file");
  StringRef extension = llvm::sys::path::extension(options.path);
  OwningOpRef<ModuleOp> module;
  if (extension == ".mlir" || extension == ".mlirbc") {
    module = parseSourceFile<ModuleOp>(options.path, context.get());
  } else {
    FailureOr<OwningOpRef<ModuleOp>> imported =
        importModel(options.path, {options.dims, std::move(keepsWeight)}, context.get());
    if (succeeded(imported))
      module = std::move(*imported);
  }
  if (!module)
    return reported("'" + options.path + "' was not read");
  if (llvm::Error error = readLastPhase(*module))
    return std::move(error);
  return module;
}

llvm::Expected<OwningOpRef<ModuleOp>> Session::loadModel(const ModelOptions &options) {
  llvm::Expected<ModelWeights> weights = ModelWeights::read(options.weights, context.get());
  if (!weights)
    return weights.takeError();
  llvm::Expected<OwningOpRef<ModuleOp>> module =
      readModel(options, [&](StringRef name) { return weights->concerns(name); });
  if (!module)
    return module;
  if (options.weights.areGiven())
    if (llvm::Error error = checkIsImported())
      return std::move(error);
  if (llvm::Error error = weights->apply(**module))
    return std::move(error);
  std::string name = options.name;
  if (name.empty() && !(**module)->hasAttr("nibble.model"))
    name = getProgramName(options.path);
  if (!name.empty())
    (**module)->setAttr("nibble.model", StringAttr::get(context.get(), name));
  for (StringRef path : options.schemes)
    if (llvm::Error error = addSchemes(**module, path))
      return std::move(error);
  return module;
}

/// Whether a module was written with its pixels compiled in.
static bool takesPixels(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  return main && main.getNumArguments() == 1 && main.getArgAttr(0, "nibble.unsigned");
}

/// The pass that computes the input of a model from pixels as a recipe says.
static std::unique_ptr<Pass> createPixelInputPass(const data::ImageOptions &images) {
  InsertPixelInputPassOptions options;
  if (llvm::any_of(images.mean, [](float mean) { return mean != 0; }))
    options.mean = llvm::to_vector(images.mean);
  if (llvm::any_of(images.scale, [](float scale) { return scale != 1; }))
    options.scale = llvm::to_vector(images.scale);
  options.channelAxis = images.layout == data::ImageLayout::NCHW ? 1 : 3;
  return createInsertPixelInputPass(options);
}

llvm::Expected<OwningOpRef<ModuleOp>> Session::loadModelFor(StringRef recipeName, const ModelOptions &options) {
  llvm::Expected<OwningOpRef<ModuleOp>> module = loadModel(options);
  if (!module)
    return module;
  llvm::Expected<Recipe> recipe = Recipe::load(recipeName);
  if (!recipe)
    return recipe.takeError();
  if (!recipe->compilesInput() || lastPhase || takesPixels(**module))
    return module;
  PassManager passes(context.get());
  passes.addNestedPass<func::FuncOp>(createPixelInputPass(recipe->getImageOptions()));
  if (failed(passes.run(**module)))
    return reported("the recipe's input section does not fit the model");
  return module;
}
