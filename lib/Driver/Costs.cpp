//===- Costs.cpp - what each scheme of each layer costs -----------------------------------------------------------------===//

#include "nibble/Driver/Costs.h"
#include "LayerTimes.h"
#include "ResolveTarget.h"
#include "nibble/Assignment/CostFile.h"
#include "nibble/Driver/Sensitivity.h"
#include "nibble/Support/OutputFiles.h"
#include "nibble/Support/Progress.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>

using namespace mlir;
using namespace nibble;
using namespace nibble::assignment;

namespace {

class CostStudy {
public:
  explicit CostStudy(const CostOptions &options) : options(options) {}

  llvm::Error run() {
    if (llvm::Error error = load())
      return error;
    if (llvm::Error error = compileAll())
      return error;
    if (llvm::Error error = measureAll())
      return error;
    return getFile().save(options.output);
  }

private:
  using Crossings = std::map<std::pair<std::string, std::string>, std::vector<double>>;

  llvm::Error load() {
    if (llvm::Error error = resolveTarget(options.target, target))
      return error;
    std::vector<std::string> candidates = options.candidates.empty() ? getDefaultCandidates() : options.candidates;
    llvm::erase(candidates, floatCandidate);
    candidates.insert(candidates.begin(), floatCandidate.str());
    if (llvm::Error error = CandidateModel::load(options.model, options.recipe, candidates, target).moveInto(model))
      return error;
    return model->makeUpStatistics();
  }

  size_t getNumLayers() const { return model->getLayers().layers.size(); }

  /// The candidate where the layer can have it, else float.
  std::string getChoice(size_t layer, StringRef candidate) const {
    return model->getForms(candidate)[layer] ? candidate.str() : floatCandidate.str();
  }
  const std::string &getForm(size_t layer, StringRef candidate) const { return *model->getForms(candidate)[layer]; }

  /// A candidate for each form: float32 for floats, else the first one.
  std::map<std::string, std::string> getFormCandidates() const {
    std::map<std::string, std::string> found;
    for (const std::string &candidate : model->getCandidates())
      for (const std::optional<std::string> &form : model->getForms(candidate))
        if (form)
          found.try_emplace(*form, candidate);
    return found;
  }

  /// How many layers lie before each one, on the longest way.
  std::vector<size_t> getLevels() const {
    std::vector<size_t> levels;
    for (const ModelLayer &layer : model->getLayers().layers) {
      size_t level = 0;
      for (size_t from : layer.readsFrom)
        level = std::max(level, from < levels.size() ? levels[from] + 1 : 0);
      levels.push_back(level);
    }
    return levels;
  }

  /// Selections in which two levels have one form and the next two the other, in all four positions: each layer meets the other form on
  /// one side only.
  std::vector<std::vector<std::string>> getAlternations() const {
    std::vector<std::vector<std::string>> all;
    std::vector<size_t> levels = getLevels();
    std::map<std::string, std::string> forms = getFormCandidates();
    for (auto first = forms.begin(); first != forms.end(); ++first)
      for (auto second = std::next(first); second != forms.end(); ++second)
        for (size_t shift = 0; shift < 4; ++shift) {
          std::vector<std::string> &choices = all.emplace_back();
          for (size_t layer = 0; layer < levels.size(); ++layer)
            choices.push_back(getChoice(layer, ((levels[layer] + shift) / 2) % 2 ? second->second : first->second));
        }
    return all;
  }

  llvm::Error compileAll() {
    std::vector<std::vector<std::string>> selections;
    for (const std::string &candidate : model->getCandidates())
      for (auto &choices = selections.emplace_back(); choices.size() < getNumLayers();)
        choices.push_back(getChoice(choices.size(), candidate));
    if (getNumLayers() > 1)
      llvm::append_range(selections, getAlternations());
    Progress progress("compiling for costs", selections.size());
    for (auto [number, choices] : llvm::enumerate(selections)) {
      progress.update(number);
      if (llvm::Error error = TimedProgram::compile(*model, choices).moveInto(programs.emplace_back()))
        return error;
    }
    return llvm::Error::success();
  }

  /// Rounds of all programs, until the medians have seen enough of the machine.
  llvm::Error measureAll() {
    constexpr int minRounds = 50, maxRounds = 1000, runsInARow = 3;
    constexpr std::chrono::seconds enough(10);
    auto begin = std::chrono::steady_clock::now();
    Progress progress("measuring costs", maxRounds);
    for (int round = 0; round < maxRounds; ++round) {
      if (round >= minRounds && std::chrono::steady_clock::now() - begin > enough)
        break;
      progress.update(round);
      for (std::unique_ptr<TimedProgram> &program : programs)
        if (llvm::Error error = program->measure(runsInARow))
          return error;
    }
    return llvm::Error::success();
  }

  /// The program in which all layers have a candidate.
  TimedProgram &getUniform(StringRef candidate) {
    return *programs[llvm::find(model->getCandidates(), candidate) - model->getCandidates().begin()];
  }

  /// Borders of a layer at which a program changes the form.
  std::vector<std::pair<size_t, size_t>> getCrossed(const TimedProgram &program, size_t layer) const {
    std::vector<std::pair<size_t, size_t>> crossed;
    auto add = [&](size_t from, size_t to) {
      if (getForm(from, program.getChoice(from)) != getForm(to, program.getChoice(to)))
        crossed.push_back({from, to});
    };
    for (auto [to, reader] : llvm::enumerate(model->getLayers().layers))
      for (size_t from : reader.readsFrom)
        if (from == layer || to == layer)
          add(from, to);
    return crossed;
  }

  /// What a layer takes beyond the same choice among its like is divided among the borders that the program changes the form at.
  std::map<std::pair<size_t, size_t>, Crossings> getCrossings() {
    std::map<std::pair<size_t, size_t>, Crossings> all;
    for (size_t number = model->getCandidates().size(); number < programs.size(); ++number) {
      TimedProgram &program = *programs[number];
      std::map<std::pair<size_t, size_t>, double> times;
      for (size_t layer = 0; layer < getNumLayers(); ++layer) {
        auto crossed = getCrossed(program, layer);
        double beyond = program.getNanoseconds(layer) - getUniform(program.getChoice(layer)).getNanoseconds(layer);
        for (auto &border : crossed)
          times[border] += beyond / static_cast<double>(crossed.size());
      }
      for (auto &[border, time] : times)
        all[border][{getForm(border.first, program.getChoice(border.first)), getForm(border.second, program.getChoice(border.second))}]
            .push_back(time);
    }
    return all;
  }

  LayerCosts getLayerCosts(size_t number) {
    const OpDescription &description = model->getLayers().layers[number].description;
    LayerCosts layer{description.name, description.kind, description.numWeights, {}};
    for (const std::string &candidate : model->getCandidates()) {
      TimedProgram &program = getUniform(candidate);
      if (const std::optional<std::string> &form = model->getForms(candidate)[number])
        layer.costs[candidate] = {{program.getNanoseconds(number), true}, program.getBytes(number), *form};
    }
    return layer;
  }

  CostFile getFile() {
    bool isNative = options.target.cpu == "native";
    CostFile file{model->getName(), model->getLayers().digest, options.target.target,
                  isNative ? llvm::sys::getHostCPUName().str() : options.target.cpu, target.cpu.level, {}, {}, {}};
    for (size_t number = 0; number < getNumLayers(); ++number)
      file.layers.push_back(getLayerCosts(number));
    for (auto &[border, crossings] : getCrossings()) {
      BorderCosts &added = file.borders.emplace_back();
      added.from = file.layers[border.first].name;
      added.to = file.layers[border.second].name;
      for (auto &[forms, times] : crossings)
        added.crossings.push_back({forms.first, forms.second, {getMedian(times), true}});
    }
    for (const std::vector<size_t> &group : model->getLayers().sharedInputs)
      for (auto &names = file.sharedInputs.emplace_back(); names.size() < group.size();)
        names.push_back(file.layers[group[names.size()]].name);
    return file;
  }

  const CostOptions &options;
  PipelineOptions target;
  std::unique_ptr<CandidateModel> model;
  /// One for each candidate in their order, then those that alternate.
  std::vector<std::unique_ptr<TimedProgram>> programs;
};

} // namespace

llvm::Error nibble::measureCosts(const CostOptions &options) {
  if (llvm::Error error = checkOutputPath(options.output))
    return error;
  return CostStudy(options).run();
}
