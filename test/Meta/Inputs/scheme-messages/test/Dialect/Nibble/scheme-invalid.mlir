// expected-error @below {{(C1) unknown codec 'u99'}}
// expected-error @below {{(C2) nothing there, got 3}}
