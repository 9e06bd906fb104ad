// iostream both ways: counts equal lines of standard input.
#include <iostream>
#include <map>
#include <string>
#include <vector>
int main() {
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(std::cin, line)) lines.push_back(line);
  std::map<std::string, int> count;
  for (const std::string& l : lines) ++count[l];
  for (const auto& [text, n] : count) std::cout << text << '=' << n << std::endl;
  std::cerr << lines.size() << " lines\n";
}
