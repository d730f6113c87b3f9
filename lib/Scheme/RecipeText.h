//===- RecipeText.h - reads the text of a recipe ------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_SCHEME_RECIPETEXT_H
#define NIBBLE_LIB_SCHEME_RECIPETEXT_H

#include "nibble/Scheme/Recipe.h"

namespace nibble {

/// The only one that fills a Recipe. Rules of one that a rule of another names (`isNested`) name no further ones.
struct RecipeText {
  static llvm::Expected<Recipe> load(llvm::StringRef nameOrPath, bool isNested);
  static llvm::Expected<Recipe> parse(llvm::StringRef text, llvm::StringRef source, bool isNested);
};

/// The scheme that `text` says; `message` says what is wrong with it when there is none.
std::optional<RecipeScheme> parseRecipeScheme(llvm::StringRef text, std::string &message);

} // namespace nibble

#endif // NIBBLE_LIB_SCHEME_RECIPETEXT_H
