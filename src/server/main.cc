#include <cstdio>

int main() {
  std::puts("weft 0.1.0");
  return 0;
}
