using System.Net;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

public sealed class NetworkAddressTests
{
    [TestCase("8.8.8.8", true)]
    [TestCase("172.32.0.1", true)]
    [TestCase("2a00:1450:4001::1", true)]
    [TestCase("64:ff9b::808:808", true)]
    [TestCase("127.1.2.3", false)]
    [TestCase("10.1.2.3", false)]
    [TestCase("172.31.0.1", false)]
    [TestCase("192.168.0.1", false)]
    [TestCase("169.254.169.254", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("::1", false)]
    [TestCase("::", false)]
    [TestCase("fe80::1", false)]
    [TestCase("fec0::1", false)]
    [TestCase("fd00:ec2::254", false)]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("64:ff9b::a9fe:a9fe", false)]
    [TestCase("2002:7f00:1::", false)]
    public void IsPublic_Address_IsOneOfTheInternet(string address, bool expected) =>
        Assert.That(NetworkAddress.IsPublic(IPAddress.Parse(address)), Is.EqualTo(expected));
}
