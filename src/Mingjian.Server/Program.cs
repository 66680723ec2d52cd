using Mingjian.Server;

var app = MingjianServer.Build(args);
try
{
    await app.RunAsync();
}
catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync($"mingjian: {fault.Message} Choose another port: ./run --port N");
    return 2;
}

return Environment.ExitCode;
