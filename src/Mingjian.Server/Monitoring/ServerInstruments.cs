using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mingjian.Engine;
using Mingjian.Server.Configuration;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Nodes;
using Mingjian.Server.Witnesses;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Server.Monitoring;

/// <summary>What the server itself measures: meter and activity source <see cref="Name"/>.</summary>
internal sealed class ServerInstruments : IDisposable
{
    public const string Name = "Mingjian.Server";

    /// <summary>Spans of the server's own work; costs nothing while nobody listens.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter;

    /// <param name="progress">Null, like checks and streams, on a node without pages.</param>
    public ServerInstruments(
        FinalLedger ledger, OrderHealth order, ServerOptions options, TimeProvider clock, ProjectionProgress? progress = null, CheckRunner? checks = null, LiveStreams? streams = null,
        NodeCertificates? certificates = null, WitnessRounds? witnesses = null)
    {
        _meter = new Meter(new MeterOptions(Name) { Tags = [new("network", ledger.Network.ToString())] });
        if (progress is not null && checks is not null && streams is not null)
        {
            AddPages(ledger, progress, checks, streams);
        }

        if (certificates is not null && witnesses is not null)
        {
            AddNode(certificates, witnesses);
        }

        if (ledger is LedgerCopy copy)
        {
            AddCopy(copy);
        }

        _meter.CreateObservableGauge(
            "mingjian.disk.free", () => DiskSpace.Of(options.NetworkDirectory).Free, "By", "Room on the disk that holds the data.");
        _meter.CreateObservableGauge(
            "mingjian.disk.size", () => DiskSpace.Of(options.NetworkDirectory).Size, "By", "Size of that disk.");
        _meter.CreateObservableGauge(
            "mingjian.order.reachable", () => order.Read is null ? Array.Empty<Measurement<int>>() : [new(order.IsOutOfReach(clock.GetUtcNow()) ? 0 : 1)],
            description: "1 while the order that the nodes share answers; absent on a node that is alone.");
    }

    public void Dispose() => _meter.Dispose();

    private void AddNode(NodeCertificates certificates, WitnessRounds witnesses)
    {
        _meter.CreateObservableGauge(
            "mingjian.certificate.expiry",
            () => certificates.Read().Select(c => new Measurement<long>(c.Until.ToUnixTimeSeconds(), new KeyValuePair<string, object?>("certificate", c.Name))),
            "s", "When a certificate for etcd ends, seconds since 1970; absent on a node without.");
        _meter.CreateObservableGauge(
            "mingjian.witness.silence",
            () => witnesses.Silences.Select(w => new Measurement<double>(w.Silence.TotalSeconds, new KeyValuePair<string, object?>("witness", w.Name))),
            "s", "For how long an outside witness has not given the cosignature that it was asked for; 0 when it has.");
    }

    private void AddPages(FinalLedger ledger, ProjectionProgress progress, CheckRunner checks, LiveStreams streams)
    {
        _meter.CreateObservableGauge(
            "mingjian.projection.lag", () => Math.Max(0, ledger.Head.Height - progress.Height), "{block}", "Blocks that the lists on pages do not show yet.");
        _meter.CreateObservableGauge("mingjian.streams", () => streams.Open, "{stream}", "Open live update streams.");
        _meter.CreateObservableGauge(
            "mingjian.check.time", () => Last(r => r.Finished.Milliseconds / 1000), "s", "When lists and ledger were last compared, seconds since 1970.");
        _meter.CreateObservableGauge("mingjian.check.faults", () => Last(r => r.FaultCount), "{row}", "Rows that differed from the ledger in the last comparison.");

        IEnumerable<Measurement<long>> Last(Func<Views.ReadModels.CheckReport, long> read) => checks.Last is { } last ? [new(read(last))] : [];
    }

    /// <summary>What a web process knows of its node.</summary>
    private void AddCopy(LedgerCopy copy)
    {
        _meter.CreateObservableGauge("mingjian.copy.height", () => copy.Head.Height, "{block}", "The newest block in this web process's copy of the ledger.");
        _meter.CreateObservableGauge(
            "mingjian.copy.lag", () => Math.Max(0, copy.Status.NodeHeight - copy.Head.Height), "{block}", "Blocks that the node has and this copy has not.");
        _meter.CreateObservableGauge("mingjian.node.reachable", () => copy.Status.IsInTouch ? 1 : 0, description: "1 while the node answers this web process.");
        _meter.CreateObservableGauge("mingjian.acts.waiting", () => copy.Status.Waiting, "{act}", "Acts of this web process without outcome.");
    }
}
