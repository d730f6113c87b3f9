// The function of shop.mlir alone.
func.func @costs(%baskets: tensor<3x2xf32> {nibble.name = "baskets"}) -> tensor<2x2xf32> {
  %prices = arith.constant dense<[[31.75, 4.0], [-2.5, 31.75], [0.25, -8.0]]> : tensor<3x2xf32>
  %fees = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %turned = shop.turn %baskets : tensor<3x2xf32> -> tensor<2x3xf32>
  %costs = shop.price %turned at %prices plus %fees : tensor<2x3xf32>, tensor<3x2xf32>, tensor<2xf32> -> tensor<2x2xf32>
  return %costs : tensor<2x2xf32>
}
