#seen = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.0 : f32, histogram = dense<[[-16256, 1], [16256, 1]]> : tensor<2x2xi64>>

func.func @no_lowering(%0: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %baskets = nibble.observe %0 "baskets" statistics #seen : tensor<2x3xf32> -> tensor<2x3xf32>
  %prices = arith.constant dense<1.0> : tensor<3x2xf32>
  // expected-error @below {{was assigned an integer scheme and stayed float: no pass of its dialect replaced it}}
  %costs = shop.price %baskets at %prices : tensor<2x3xf32>, tensor<3x2xf32> -> tensor<2x2xf32>
  return %costs : tensor<2x2xf32>
}

// -----

func.func @too_many_fees(%baskets: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %prices = arith.constant dense<1.0> : tensor<3x2xf32>
  %fees = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @below {{its bias has 3 elements, expected one for each of 2 output channels}}
  %costs = shop.price %baskets at %prices plus %fees : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32> -> tensor<2x2xf32>
  return %costs : tensor<2x2xf32>
}
