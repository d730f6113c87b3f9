//===- LayerTimes.h - how long the kernels of each layer take, in a whole program ------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_LAYERTIMES_H
#define NIBBLE_LIB_DRIVER_LAYERTIMES_H

#include "CandidateModel.h"
#include "Measure.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// A program that notes the time behind the kernels of each layer. What runs between the kernels of two layers belongs to the later one,
/// what runs behind all of them to the last.
class TimedProgram {
public:
  /// Compiles the model with one candidate for each layer.
  static llvm::Expected<std::unique_ptr<TimedProgram>> compile(CandidateModel &model, llvm::ArrayRef<std::string> choices);

  /// Runs the program `count` times and keeps the times of the last run, when caches are warm.
  llvm::Error measure(int count);

  /// The median of all kept times of a layer, in nanoseconds.
  double getNanoseconds(size_t layer);
  /// What the program keeps for the kernels of a layer.
  int64_t getBytes(size_t layer) const { return bytes[layer]; }
  const std::string &getChoice(size_t layer) const { return choices[layer]; }

private:
  void insertMarks(const ModelLayers &layers);
  /// Assigns the launches since the last mark to a layer, and marks behind the last of them.
  void closeLayer(size_t layer, llvm::SmallVectorImpl<LaunchOp> &launches);

  std::vector<std::string> choices;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<Program> program;
  std::unique_ptr<MadeUpCall> call;
  /// The layer in front of each mark but the first.
  std::vector<size_t> layerOfMark;
  std::vector<int64_t> bytes;
  std::vector<std::vector<double>> times;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_LAYERTIMES_H
