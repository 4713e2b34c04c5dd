using System.CommandLine;
using CloudOptimizedDicom.Testing;

var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 for one that is free.", DefaultValueFactory = _ => 4443 };
var root = new Option<string?>("--root") { Description = "Directory that keeps the objects between runs.", HelpName = "DIR" };
var log = new Option<string?>("--log") { Description = "File to which every request is appended as a line of JSON.", HelpName = "FILE" };
var bucket = new Option<string[]>("--bucket")
{
    Description = "A bucket that there is; may be given again. Without it, every bucket is made when it is first named.",
    DefaultValueFactory = _ => [],
};
var command = new RootCommand("Emulates the JSON API of Google Cloud Storage on the loopback address, until it is interrupted.")
{
    port, root, log, bucket,
};
command.SetAction(async (arguments, cancellationToken) =>
{
    var options = new GcsEmulatorOptions
    {
        Port = arguments.GetValue(port),
        RootDirectory = arguments.GetValue(root),
        LogFile = arguments.GetValue(log),
        Buckets = arguments.GetValue(bucket) ?? [],
    };
    GcsEmulator emulator = await GcsEmulator.StartAsync(options, cancellationToken).ConfigureAwait(false);
    await using (emulator.ConfigureAwait(false))
    {
        Console.WriteLine($"Listening on {emulator.Endpoint}");
        await emulator.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
    }
});
return await command.Parse(args).InvokeAsync().ConfigureAwait(false);
