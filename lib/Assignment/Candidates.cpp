//===- Candidates.cpp - losses and costs of named layers as one problem ------------------------------------------------===//

#include "nibble/Assignment/Candidates.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace nibble::assignment;
using llvm::StringRef;

std::optional<size_t> NamedProblem::NamedLayer::findChoice(StringRef candidate) const {
  auto found = llvm::find(candidates, candidate);
  return found == candidates.end() ? std::nullopt : std::optional<size_t>(found - candidates.begin());
}

std::optional<Selection> NamedProblem::getUniform(StringRef candidate) const {
  Selection selection;
  for (const NamedLayer &layer : layers) {
    std::optional<size_t> choice = layer.findChoice(candidate);
    if (!choice)
      choice = layer.findChoice(floatCandidate);
    if (!choice)
      return std::nullopt;
    selection.push_back(*choice);
  }
  return selection;
}

namespace {

class Builder {
public:
  Builder(const LossFile &losses, const CostFile &costs, std::vector<std::string> candidates, std::optional<LossMeasure> wanted)
      : losses(losses), costs(costs), candidates(std::move(candidates)) {
    named.measure = wanted.value_or(hasDivergences() ? LossMeasure::Divergence : LossMeasure::Noise);
  }

  llvm::Expected<NamedProblem> build() {
    if (losses.modelDigest != costs.modelDigest)
      return llvm::createStringError("losses and costs are not of one model: '" + losses.model + "' (" + losses.modelDigest + ") and '" +
                                     costs.model + "' (" + costs.modelDigest + ")");
    checkCandidates();
    for (const LayerLosses &layer : losses.layers)
      addLayer(layer);
    for (const LayerCosts &layer : costs.layers)
      if (!numbers.contains(layer.name))
        addError("layer '" + layer.name + "' has costs and no losses");
    if (errors)
      return std::move(errors);
    for (const BorderCosts &border : costs.borders)
      addBorder(border);
    for (const std::vector<std::string> &group : costs.sharedInputs) {
      std::vector<size_t> &members = named.problem.groups.emplace_back();
      for (const std::string &name : group)
        members.push_back(numbers.lookup(name));
    }
    return std::move(named);
  }

private:
  void addError(const llvm::Twine &message) { errors = llvm::joinErrors(std::move(errors), llvm::createStringError(message)); }

  bool hasDivergences() const {
    return llvm::all_of(losses.layers, [](const LayerLosses &layer) {
      return llvm::all_of(layer.losses, [](const auto &entry) { return entry.second.kl.has_value(); });
    });
  }

  /// A name that no layer knows is a slip of the pen.
  void checkCandidates() {
    for (const std::string &candidate : candidates)
      if (candidate != floatCandidate &&
          llvm::none_of(losses.layers, [&](const LayerLosses &layer) { return layer.losses.count(candidate); }))
        addError("candidate '" + candidate + "' has no losses");
  }

  bool isWanted(StringRef candidate) const { return candidates.empty() || llvm::is_contained(candidates, candidate); }

  /// The number of a way to read activations.
  unsigned getForm(StringRef reads) { return forms.try_emplace(reads, forms.size()).first->second; }

  void addChoice(StringRef candidate, double loss, const Cost &cost) {
    named.layers.back().candidates.push_back(candidate.str());
    named.layers.back().isMeasured.push_back(cost.time.isMeasured);
    named.isMeasured &= cost.time.isMeasured;
    named.problem.layers.back().choices.push_back(
        {{loss, cost.time.nanoseconds, static_cast<double>(cost.bytes)}, getForm(cost.reads)});
  }

  void addLayer(const LayerLosses &layer) {
    auto own = llvm::find_if(costs.layers, [&](const LayerCosts &other) { return other.name == layer.name; });
    numbers[layer.name] = named.layers.size();
    if (own == costs.layers.end())
      return addError("layer '" + layer.name + "' has losses and no costs");
    named.layers.push_back({layer.name, layer.op, layer.numWeights, {}, {}});
    named.problem.layers.emplace_back();
    named.numWeights += layer.numWeights;
    auto floating = own->costs.find(floatCandidate.str());
    if (floating == own->costs.end())
      return addError("layer '" + layer.name + "' has no cost of " + floatCandidate + ", which all others are compared with");
    named.floating += {0, floating->second.time.nanoseconds, static_cast<double>(floating->second.bytes)};
    if (isWanted(floatCandidate))
      addChoice(floatCandidate, 0, floating->second);
    for (const auto &[candidate, loss] : layer.losses)
      if (auto cost = own->costs.find(candidate); candidate != floatCandidate && cost != own->costs.end() && isWanted(candidate))
        addLossy(layer, candidate, loss, cost->second);
    if (named.layers.back().candidates.empty())
      addError("layer '" + layer.name + "' can have none of the candidates " + llvm::join(candidates, ", "));
  }

  void addLossy(const LayerLosses &layer, StringRef candidate, const Loss &loss, const Cost &cost) {
    if (named.measure == LossMeasure::Divergence && !loss.kl)
      return addError("candidate '" + candidate + "' of layer '" + layer.name + "' has no divergence (kl)");
    addChoice(candidate, named.measure == LossMeasure::Divergence ? *loss.kl : loss.getNoise(), cost);
  }

  void addBorder(const BorderCosts &border) {
    Border &added = named.problem.borders.emplace_back();
    added.from = numbers.lookup(border.from);
    added.to = numbers.lookup(border.to);
    for (const BorderCosts::Crossing &crossing : border.crossings) {
      added.crossings.push_back({getForm(crossing.from), getForm(crossing.to), crossing.time.nanoseconds});
      named.isMeasured &= crossing.time.isMeasured;
    }
  }

  const LossFile &losses;
  const CostFile &costs;
  std::vector<std::string> candidates;
  NamedProblem named;
  llvm::StringMap<unsigned> forms;
  llvm::StringMap<size_t> numbers;
  llvm::Error errors = llvm::Error::success();
};

} // namespace

llvm::Expected<NamedProblem> nibble::assignment::makeProblem(const LossFile &losses, const CostFile &costs,
                                                             std::vector<std::string> candidates,
                                                             std::optional<LossMeasure> measure) {
  return Builder(losses, costs, std::move(candidates), measure).build();
}
