//===- MatchWeights.cpp - which weight of a checkpoint a constant is --------------------------------------===//

#include "MatchWeights.h"
#include "WeightProducts.h"
#include "nibble/Import/Problems.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble;

StringRef nibble::getWeightName(Operation *constant) {
  if (auto name = constant->getLoc()->findInstanceOf<NameLoc>())
    return name.getName();
  auto resource = constant->getAttrOfType<DenseResourceElementsAttr>("value");
  return resource ? resource.getRawHandle().getKey() : "";
}

/// Whether `name` is `end`, or ends with it behind a '.' or '/'.
static bool endsWithName(StringRef name, StringRef end) {
  return name.consume_back(end) && (name.empty() || name.back() == '.' || name.back() == '/');
}

bool nibble::areNamesRelated(StringRef a, StringRef b) {
  return !a.empty() && !b.empty() && (endsWithName(a, b) || endsWithName(b, a));
}

bool nibble::mayBeReplaced(StringRef name, const Checkpoint &checkpoint, const WeightMap &map) {
  return map.entries.contains(name) || llvm::any_of(checkpoint.getWeights(), [&](const CheckpointWeight &weight) {
           return areNamesRelated(name, weight.name);
         });
}

static ArrayRef<int64_t> getShape(Operation *constant) {
  return cast<RankedTensorType>(constant->getResult(0).getType()).getShape();
}

/// Whether a weight has the shape of a constant, turned perhaps, or differs in dimensions of 1 only.
static bool hasShapeOf(const CheckpointWeight &weight, Operation *constant) {
  auto withoutOnes = [](ArrayRef<int64_t> shape) {
    return llvm::to_vector(llvm::make_filter_range(shape, [](int64_t size) { return size != 1; }));
  };
  SmallVector<int64_t> a = withoutOnes(weight.shape), b = withoutOnes(getShape(constant));
  return a == b || (a.size() == 2 && a == SmallVector<int64_t>(llvm::reverse(b)));
}

namespace {

/// The steps of matching, each of which sees what those before it have left.
class Matcher {
public:
  Matcher(ArrayRef<Operation *> constants, const Checkpoint &checkpoint, std::vector<std::string> &problems)
      : constants(constants), checkpoint(checkpoint), problems(problems) {}

  void matchByMap(const WeightMap &map);
  void matchByName();
  void matchByEnd();
  /// Matrices that are multiplied with and have no weight, although one of their shape is left: they have other names.
  void checkLeftOver();
  WeightMatches finish();

private:
  void match(Operation *constant, const CheckpointWeight *weight);
  SmallVector<const CheckpointWeight *> findByEnd(Operation *constant) const;

  ArrayRef<Operation *> constants;
  const Checkpoint &checkpoint;
  std::vector<std::string> &problems;
  WeightMatches result;
  llvm::DenseSet<Operation *> matched;
  llvm::DenseSet<const CheckpointWeight *> used;
};

} // namespace

static std::string quote(StringRef name) { return "'" + name.str() + "'"; }

/// The first names, quoted.
static std::string listNames(ArrayRef<const CheckpointWeight *> weights) {
  constexpr size_t maxNames = 4;
  std::string text = llvm::join(
      llvm::map_range(weights.take_front(maxNames), [](const CheckpointWeight *weight) { return quote(weight->name); }), ", ");
  return weights.size() > maxNames ? text + " and " + std::to_string(weights.size() - maxNames) + " more" : text;
}

void Matcher::match(Operation *constant, const CheckpointWeight *weight) {
  matched.insert(constant);
  used.insert(weight);
  result.matches.push_back({constant, weight, std::nullopt});
}

void Matcher::matchByMap(const WeightMap &map) {
  llvm::StringMap<Operation *> byName;
  for (Operation *constant : constants)
    byName.try_emplace(getWeightName(constant), constant);
  SmallVector<StringRef> names(map.entries.keys());
  for (StringRef name : (llvm::sort(names), names)) {
    const WeightMap::Entry &entry = map.entries.find(name)->second;
    const CheckpointWeight *weight = checkpoint.findWeight(entry.weight);
    Operation *constant = byName.lookup(name);
    if (!constant)
      problems.push_back("the map names '" + name.str() + "', which is no weight of the model");
    if (!weight)
      problems.push_back("the map names '" + entry.weight + "', which is no weight of the checkpoint");
    if (!constant || !weight)
      continue;
    match(constant, weight);
    result.matches.back().isTransposed = entry.isTransposed;
    result.matches.back().isFromMap = true;
  }
}

void Matcher::matchByName() {
  for (Operation *constant : constants)
    if (const CheckpointWeight *weight = checkpoint.findWeight(getWeightName(constant)); weight && !matched.contains(constant))
      match(constant, weight);
}

SmallVector<const CheckpointWeight *> Matcher::findByEnd(Operation *constant) const {
  SmallVector<const CheckpointWeight *> found;
  for (const CheckpointWeight &weight : checkpoint.getWeights())
    if (!used.contains(&weight) && areNamesRelated(getWeightName(constant), weight.name) && hasShapeOf(weight, constant))
      found.push_back(&weight);
  return found;
}

void Matcher::matchByEnd() {
  llvm::MapVector<const CheckpointWeight *, SmallVector<Operation *>> constantsOf;
  for (Operation *constant : constants) {
    if (matched.contains(constant))
      continue;
    SmallVector<const CheckpointWeight *> weights = findByEnd(constant);
    if (weights.size() > 1)
      problems.push_back(quote(getWeightName(constant)) + " could be each of " + listNames(weights));
    if (!weights.empty())
      matched.insert(constant);
    if (weights.size() == 1)
      constantsOf[weights.front()].push_back(constant);
  }
  for (auto &[weight, found] : constantsOf) {
    if (found.size() == 1) {
      match(found.front(), weight);
      continue;
    }
    auto names = llvm::map_range(found, [](Operation *constant) { return quote(getWeightName(constant)); });
    problems.push_back("'" + weight->name + "' could be each of " + llvm::join(names, ", ") + " of the model");
    used.insert(weight);
  }
}

void Matcher::checkLeftOver() {
  for (Operation *constant : constants) {
    if (matched.contains(constant) || !findReducedDim(constant->getResult(0)))
      continue;
    SmallVector<const CheckpointWeight *> candidates;
    for (const CheckpointWeight &weight : checkpoint.getWeights())
      if (!used.contains(&weight) && hasShapeOf(weight, constant))
        candidates.push_back(&weight);
    if (!candidates.empty())
      problems.push_back(quote(getWeightName(constant)) + " has no weight of its name, and of its shape, " +
                         formatShape(getShape(constant)) + ", is left " + listNames(candidates) +
                         "; say in a map which it is");
  }
}

WeightMatches Matcher::finish() {
  for (const CheckpointWeight &weight : checkpoint.getWeights())
    if (!used.contains(&weight))
      result.unused.push_back(&weight);
  if (result.matches.empty() && problems.empty())
    problems.push_back("no weight of the model has the name of one of the " + std::to_string(result.unused.size()) +
                       " of the checkpoint: " + listNames(result.unused));
  return std::move(result);
}

WeightMatches nibble::matchWeights(ArrayRef<Operation *> constants, const Checkpoint &checkpoint, const WeightMap &map,
                                   std::vector<std::string> &problems) {
  Matcher matcher(constants, checkpoint, problems);
  matcher.matchByMap(map);
  matcher.matchByName();
  matcher.matchByEnd();
  matcher.checkLeftOver();
  return matcher.finish();
}
