//===- CandidateModel.h - one model that is compiled with many recipes -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_CANDIDATEMODEL_H
#define NIBBLE_LIB_DRIVER_CANDIDATEMODEL_H

#include "ModelLayers.h"
#include "nibble/Assignment/LossFile.h"
#include "nibble/Driver/Calibrate.h"

namespace nibble {

/// A model up to the phase in which schemes are assigned, for compiling it with one candidate for each layer. A candidate is the name
/// of a recipe, or float32. Remarks of passes are kept quiet: they come again with each program.
class CandidateModel {
public:
  /// Loads and normalizes a model as imported. What is left out of `candidates` is none.
  static llvm::Expected<std::unique_ptr<CandidateModel>> load(const ModelOptions &model, llvm::StringRef recipe,
                                                              llvm::ArrayRef<std::string> candidates, const PipelineOptions &target);

  /// Gathers the statistics that all candidates need. Without any calibration data the error says what to do.
  llvm::Error calibrate(const QuantizeOptions &options);

  /// Puts the same made-up statistics everywhere: times depend on shapes and schemes only. Weights will be rounded to nearest.
  llvm::Error makeUpStatistics();

  const ModelLayers &getLayers() const { return layers; }
  llvm::ArrayRef<std::string> getCandidates() const { return candidates; }
  std::string getName() const;

  /// How each layer reads its input with a candidate: "float" or the scheme of codes; nothing for a layer that cannot have it.
  using Forms = std::vector<std::optional<std::string>>;
  const Forms &getForms(llvm::StringRef candidate) const { return forms.find(candidate)->second; }

  /// The statistics file; empty when no candidate needs any.
  const std::string &getStatistics() const { return calibration.getFile(); }

  /// The module after phase lower, with one candidate for each layer. The results of the layers in `exposed`, by name, are further outputs.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> lower(llvm::ArrayRef<std::string> choices,
                                                          llvm::ArrayRef<std::string> exposed = {});

  /// Compiles what `lower` returned, which must live as long as the program.
  llvm::Expected<std::unique_ptr<Program>> compile(mlir::ModuleOp lowered, JitOptions jit = {});

private:
  explicit CandidateModel(llvm::ArrayRef<std::string> candidates, const PipelineOptions &target)
      : candidates(candidates), pipeline(target) {}

  llvm::Error loadModule(const ModelOptions &model, llvm::StringRef recipe);
  llvm::Error findForms(llvm::StringRef candidate);
  /// A recipe that makes calibration gather what each layer needs for some candidate.
  llvm::Expected<std::string> getObservationRecipe() const;
  llvm::Error run(mlir::ModuleOp module, Phase first, Phase last, llvm::StringRef recipe);

  Session session;
  std::vector<std::string> candidates;
  PipelineOptions pipeline;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModelLayers layers;
  llvm::StringMap<Forms> forms;
  CalibrationResult calibration;
  bool hasMadeUpStatistics = false;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_CANDIDATEMODEL_H
