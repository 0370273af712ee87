#pragma once

#include "transport/loop_figures.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::actors {

/// The families of one scrape, built in order.
class exposition {
public:
  using ClientMetric = prometheus::ClientMetric;
  using MetricType = prometheus::MetricType;
  using labels = std::vector<ClientMetric::Label>;

  void family(MetricType type, std::string name, std::string help) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }

  /// Adds a sample to the latest family.
  void sample(double value, labels with = {}) {
    auto& family = families_.back();
    ClientMetric metric;
    metric.label = std::move(with);
    metric.counter.value = value;
    metric.gauge.value = value;
    metric.untyped.value = value;
    family.metric.push_back(std::move(metric));
  }

  void one(MetricType type, std::string name, std::string help, double value) {
    family(type, std::move(name), std::move(help));
    sample(value);
  }
  void gauge(std::string name, std::string help, double value) {
    one(MetricType::Gauge, std::move(name), std::move(help), value);
  }
  void counter(std::string name, std::string help, double value) {
    one(MetricType::Counter, std::move(name), std::move(help), value);
  }

  /// Adds one histogram, summed over `parts`, to the latest family.
  template <auto& bounds>
  void buckets(const std::vector<const transport::histogram<bounds>*>& parts,
               labels with = {}) {
    ClientMetric metric;
    metric.label = std::move(with);
    auto& result = metric.histogram;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      for (const auto* part : parts)
        result.sample_count += part->count(i);
      const auto bound =
        i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
      result.bucket.push_back({result.sample_count, bound});
    }
    for (const auto* part : parts)
      result.sample_sum += part->sum_seconds();
    families_.back().metric.push_back(std::move(metric));
  }

  /// A family with one histogram, summed over `parts`.
  template <auto& bounds>
  void
  histogram(std::string name, std::string help,
            const std::vector<const transport::histogram<bounds>*>& parts) {
    family(MetricType::Histogram, std::move(name), std::move(help));
    buckets(parts);
  }

  std::string text() const {
    return prometheus::TextSerializer{}.Serialize(families_);
  }

private:
  std::vector<prometheus::MetricFamily> families_;
};

} // namespace wsgw::actors
