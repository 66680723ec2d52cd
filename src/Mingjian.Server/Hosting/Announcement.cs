using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Hosting;

/// <summary>Prints the address once the server listens.</summary>
internal sealed class Announcement(IServer server, ServerOptions options, Exposure exposure, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            {
                Console.WriteLine($"  明鉴 Mingjian  {address}   data {options.NetworkDirectory}");
            }

            exposure.LogAddresses();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
